import type { Way } from "../linux/ways.ts";

/**
 * What leaves is judged twice: mangle's POSTROUTING is the authority on the interface by which it really does. `nat` changes
 * addresses, and is there only where a policy asks for it.
 */
export const judgingTables = ["mangle", "filter"] as const;
export type JudgingTable = (typeof judgingTables)[number];

export interface Hook {
  /** The built-in chain, whose first rule jumps to ours. */
  readonly hook: string;
  readonly chain: string;
}
interface JudgingHook extends Hook {
  readonly way: Way;
}

export const hooksOf: Readonly<Record<JudgingTable, readonly JudgingHook[]>> = {
  mangle: [{ hook: "POSTROUTING", chain: "ksp_postrouting", way: "out" }],
  filter: [
    { hook: "OUTPUT", chain: "ksp_output", way: "out" },
    { hook: "INPUT", chain: "ksp_input", way: "in" },
    { hook: "FORWARD", chain: "ksp_forward", way: "through" },
  ],
};
