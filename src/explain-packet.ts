import { readFor, type TargetOptions } from "./check-for.ts";
import { type Diagnostic, isError } from "./diagnostics/diagnostic.ts";
import { packetFile, type Source } from "./diagnostics/span.ts";
import { type Explanation, explain } from "./explain.ts";
import { notOnLinux } from "./ir/not-on-linux.ts";
import { resolvePattern } from "./ir/resolve/resolve.ts";
import { parsePacket } from "./parser/parse.ts";

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
  const unknown = pattern?.owner && plan.os === "linux" ? notOnLinux(pattern.owner, packet.span) : undefined;
  const all = [...diagnostics, ...syntax, ...bound, ...(unknown ? [unknown] : [])];
  if (!pattern || unknown || bound.some(isError)) return { sources, diagnostics: all };
  const answer = explain(policy, origins, plan, pattern, [source, ...sources]);
  return { answer, sources, diagnostics: all };
}
