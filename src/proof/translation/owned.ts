import type { Plan } from "../../ir/plan.ts";
import type { Program } from "../readers/nft/program.ts";
import type { Comparison } from "./comparison.ts";
import type { Mismatch } from "./mismatch.ts";
import { differentAgain } from "./same-rules.ts";

export const ownedTable = "inet ksp-owned";

/** Where a packet that leaves gets its source. */
const masquerading = 100;

const hooks: ReadonlySet<string> = new Set(["output", "postrouting", "forward"]);

/** Why a file is no second look at what leaves: `program` is what it makes where there was nothing. */
export function differentOwned(
  comparison: Comparison,
  plan: Plan,
  { file, program }: { readonly file: string; readonly program: Program },
  sees: "translated" | "untranslated",
): Mismatch | undefined {
  const table = program.tables.get(ownedTable);
  const effect = (reason: string): Mismatch => ({ kind: "effect", file, reason });
  if (!table || program.tables.size > 1) return effect("its table is another one");
  if (!table.isOwned) return effect("whoever flushes the ruleset takes it away");
  for (const { base } of table.chains.values()) {
    if (base && (base.type !== "filter" || !hooks.has(base.hook))) return effect(`it does something in ${base.hook}`);
    const isBefore = base?.hook === "postrouting" && base.priority < masquerading;
    if (base?.hook === "postrouting" && isBefore !== (sees === "untranslated"))
      return effect("it sees packets with another source than the rules do");
  }
  const states = plan.states.map((ruleset) => ({ ruleset, program, filling: "filled", isOpen: false }) as const);
  const found = differentAgain(comparison, states, { table: ownedTable, isUntranslated: sees === "untranslated" });
  return found && { kind: "packet", file, ...found };
}

/** What goes with a process is no protection by itself. */
export function ownedIn({ tables }: Program): string | undefined {
  for (const [name, { isOwned }] of tables) if (isOwned) return `the table ${name} goes with the process that loads it`;
  return undefined;
}
