import { readFor, type TargetOptions } from "./check-for.ts";
import { type Diagnostic, isError } from "./diagnostics/diagnostic.ts";
import { packetFile, type Source, type Span } from "./diagnostics/span.ts";
import { type Explanation, explain } from "./explain.ts";
import { notOnLinux } from "./ir/not-on-linux.ts";
import type { Identity } from "./ir/policy.ts";
import { resolvePattern } from "./ir/resolve/resolve.ts";
import { systemOf, type Target } from "./ir/targets.ts";
import { parsePacket } from "./parser/parse.ts";
import { unshown } from "./refused.ts";

interface Explained {
  /** Absent when there is an error. */
  readonly answer?: Explanation;
  /** Every other file that was read. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What becomes of a packet, written as in a policy: `out to 8.8.8.8 udp 53`. A policy with a leak is explained, too. Of several targets, the system of the first. */
export function explainPacket(source: Source, text: string, options: TargetOptions = {}): Explained {
  const { policy, origins, plan, file, sources, diagnostics } = readFor(source, options);
  if (!policy || !origins || !plan || !file) return { sources, diagnostics };
  const { packet, diagnostics: syntax } = parsePacket(text, packetFile);
  if (!packet) return { sources, diagnostics: [...diagnostics, ...syntax] };
  const { pattern, diagnostics: bound } = resolvePattern(file, packet);
  const unasked = pattern?.owner && unshownTo(options.targets ?? [], pattern.owner, packet.span);
  const all = [...diagnostics, ...syntax, ...bound, ...(unasked ? [unasked] : [])];
  if (!pattern || unasked || bound.some(isError)) return { sources, diagnostics: all };
  const answer = explain(policy, origins, plan, pattern, [source, ...sources]);
  return { answer, sources, diagnostics: all };
}

/** Who sends is told by a sign that no packet has there. */
function unshownTo([target]: readonly Target[], owner: Identity, at: Span): Diagnostic | undefined {
  return target === undefined || systemOf[target] === "linux" ? notOnLinux(owner, at) : unshown(target, owner, at);
}
