import type { Plan } from "../../ir/plan.ts";
import type { Hook, Program, Table } from "../readers/nft/program.ts";
import type { Comparison } from "./comparison.ts";
import type { Mismatch } from "./mismatch.ts";
import { differentMarks, foreignBits } from "./same-marks.ts";
import { differentAgain } from "./same-rules.ts";

export const ownedTable = "inet ksp-owned";

type Sees = "translated" | "untranslated";
interface Owned {
  readonly file: string;
  /** What it makes where there was nothing. */
  readonly program: Program;
  /** What marks connections in front of it. */
  readonly rules?: Program;
}

/** Why a file is no second look at what leaves. */
export function differentOwned(
  comparison: Comparison,
  plan: Plan,
  { file, program, rules }: Owned,
  sees: Sees,
): Mismatch | undefined {
  const table = program.tables.get(ownedTable);
  const effect = (reason: string): Mismatch => ({ kind: "effect", file, reason });
  if (!table || program.tables.size > 1) return effect("its table is another one");
  if (!table.isOwned) return effect("whoever flushes the ruleset takes it away");
  const reason = beyondLooking(table, sees) ?? foreignBits(program);
  if (reason !== undefined) return effect(reason);
  const states = plan.states.map((ruleset) => ({ ruleset, program, filling: "filled", isOpen: false }) as const);
  const marked = rules && differentMarks(comparison, rules, { program, table: ownedTable });
  if (marked) return { kind: "packet", file, state: "any", difference: marked };
  const found = differentAgain(comparison, states, { table: ownedTable, isUntranslated: sees === "untranslated" });
  return found && { kind: "packet", file, ...found };
}

/** Right behind the rules, which for iptables judge what leaves before a masquerade. */
const priorities: Readonly<Record<Sees, Partial<Record<Hook, number>>>> = {
  translated: { output: 1, forward: 1, postrouting: 301 },
  untranslated: { output: 1, forward: 1, postrouting: -149 },
};

/** What a table does beside letting pass and dropping what leaves, or where it does so elsewhere or for a while. */
function beyondLooking({ chains, sets }: Table, sees: Sees): string | undefined {
  for (const { base, rules } of chains.values()) {
    const priority = base && priorities[sees][base.hook];
    if (base && (base.type !== "filter" || priority === undefined)) return `it does something in ${base.hook}`;
    if (base?.priority !== priority) return `it does not look right behind the rules in ${base?.hook}`;
    const telling = rules.find(({ log, verdict }) => log || verdict?.kind === "reject");
    if (telling) return `line ${telling.line} tells somebody`;
  }
  for (const [name, { kind }] of sets) if (kind === "timed") return `${name} opens something for a while`;
  return undefined;
}

/** What goes with a process is no protection by itself. */
export function ownedIn({ tables }: Program): string | undefined {
  for (const [name, { isOwned }] of tables) if (isOwned) return `the table ${name} goes with the process that loads it`;
  return undefined;
}
