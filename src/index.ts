/** The library: pure functions from text to values. None of them prints, exits, or throws over its input. */
export { type Checked, type CheckOptions, check } from "./check.ts";
export { type Compiled, compile } from "./compile.ts";
export type { Diagnostic } from "./diagnostics/diagnostic.ts";
export type { Source } from "./diagnostics/span.ts";
export { type Compared, type Diff, diff } from "./diff.ts";
export type { Explanation } from "./explain.ts";
export { explainPacket as explain } from "./explain-packet.ts";
export { type Fixed, fix } from "./fix.ts";
export { type Initial, init } from "./init/init.ts";
export { expiry } from "./ir/checks-at-date.ts";
export type { Load } from "./ir/expand/load.ts";
export { type Read, readBundle } from "./ir/read-bundle.ts";
export type { Target } from "./ir/targets.ts";
export { format } from "./parser/format.ts";
export { parse } from "./parser/parse.ts";
export type { Answer, Lookup } from "./pin/lookup.ts";
export { type Pinned, pin } from "./pin/pin.ts";
export { type Baseline, baselineOf, within } from "./within.ts";
