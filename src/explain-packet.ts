import { check } from "./check.ts";
import { type Diagnostic, isError } from "./diagnostics/diagnostic.ts";
import { packetFile, type Source } from "./diagnostics/span.ts";
import { type Explanation, explain } from "./explain.ts";
import { plan } from "./ir/plan.ts";
import { resolvePattern } from "./ir/resolve/resolve.ts";
import { parse, parsePacket } from "./parser/parse.ts";

/** What becomes of a packet, written as in a policy: `out to 8.8.8.8 udp 53`. */
export function explainPacket(
  source: Source,
  text: string,
): { readonly answer?: Explanation; readonly diagnostics: readonly Diagnostic[] } {
  const { policy, origins, diagnostics } = check(source);
  const { file } = parse(source);
  if (!policy || !origins || !file) return { diagnostics };
  const { packet, diagnostics: syntax } = parsePacket(text, packetFile);
  if (!packet) return { diagnostics: [...diagnostics, ...syntax] };
  const { pattern, diagnostics: bound } = resolvePattern(file, packet);
  const all = [...diagnostics, ...syntax, ...bound];
  if (!pattern || bound.some(isError)) return { diagnostics: all };
  return { answer: explain(policy, origins, plan(policy, "linux"), pattern, source), diagnostics: all };
}
