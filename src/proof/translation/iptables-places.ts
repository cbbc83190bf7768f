import type { Hook, Place } from "../readers/iptables/asked.ts";
import type { End, Program, Rule, Table } from "../readers/iptables/program.ts";
import type { RewritingHook } from "./same-rewrites.ts";

/** A chain of ours and the hook that calls it first. */
export interface OwnHook extends Hook {
  readonly own: string;
}

export const judgingHooks = {
  postrouting: { table: "mangle", chain: "POSTROUTING", own: "ksp_postrouting", sides: ["in", "out"] },
  output: { table: "filter", chain: "OUTPUT", own: "ksp_output", sides: ["out"] },
  input: { table: "filter", chain: "INPUT", own: "ksp_input", sides: ["in"] },
  forward: { table: "filter", chain: "FORWARD", own: "ksp_forward", sides: ["in", "out"] },
} as const satisfies Readonly<Record<string, OwnHook>>;

/** Only where a policy rewrites. */
export const rewritingHooks: Readonly<Record<RewritingHook, OwnHook>> = {
  prerouting: { table: "nat", chain: "PREROUTING", own: "ksp_prerouting", sides: ["in"] },
  output: { table: "nat", chain: "OUTPUT", own: "ksp_output", sides: ["out"] },
  postrouting: { table: "nat", chain: "POSTROUTING", own: "ksp_postrouting", sides: ["in", "out"] },
};

/** Whatever nobody knows of a packet there, as far as rules ask for it, or who sent it depends on it. */
export function places({ tables }: Program, { table, chain }: OwnHook, isOpen: boolean): readonly Place[] {
  const asked = endsAskedBy(tables.get(table));
  const either = (end: End): readonly boolean[] =>
    asked.has(end) || (end === "source" && chain === "POSTROUTING") ? [true, false] : [false];
  return either("source").flatMap((source) =>
    either("destination").map((destination) => ({ isOpen, isOurs: { source, destination } })),
  );
}
const asks = new WeakMap<Table, ReadonlySet<End>>();

/** The ends of which rules of a table ask whether they are this machine's, on whichever interface. */
export function endsAskedBy(table: Table | undefined): ReadonlySet<End> {
  if (!table) return new Set();
  const asked = asks.get(table) ?? new Set([...table.values()].flat().flatMap(endsAsked));
  asks.set(table, asked);
  return asked;
}

const endsAsked = ({ conditions }: Rule): readonly End[] =>
  conditions.flatMap((asked) => (asked.kind === "locality" && asked.side === undefined ? [asked.end] : []));
