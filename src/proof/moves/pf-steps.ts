import type { Block, Step } from "../readers/pf/read-moves.ts";

/** What the runtime may ask `moves.txt` for. */
export interface Asked {
  /** From and to, each a state or `disabled`. */
  readonly moves: readonly (readonly [from: string, to: string])[];
  readonly tables: readonly string[];
  readonly macros: readonly string[];
  /** The file of a state, below the folder of `moves.txt`. */
  readonly fileOf: (state: string) => string;
}

/** Why the blocks are not what is asked for: each move once, and nothing else. */
export function misstep(blocks: readonly Block[], asked: Asked): string | undefined {
  const tables = asked.tables.length > 0 ? ["tables"] : [];
  const wanted = new Map<string, (steps: readonly Step[]) => string | undefined>([
    ...tables.map((heading) => [heading, (steps: readonly Step[]) => misfilled(steps, asked)] as const),
    ...asked.moves.map(
      ([from, to]) => [headingOf([from, to]), (steps: readonly Step[]) => misplaced(steps, from, to, asked)] as const,
    ),
  ]);
  for (const { heading, line, steps } of blocks) {
    const check = wanted.get(heading);
    if (!check || !wanted.delete(heading)) return `line ${line}: ${heading} is no move, or a second one`;
    const wrong = check(steps);
    if (wrong !== undefined) return `line ${line}: ${wrong}`;
  }
  const [missing] = wanted.keys();
  return missing === undefined ? undefined : `${missing} is not there`;
}

export const headingOf = ([from, to]: readonly [string, string]): string => `move ${from} -> ${to}`;

function misfilled(steps: readonly Step[], { tables }: Asked): string | undefined {
  const filled = steps.map(({ command }) => (command.kind === "fill" ? command.table : ""));
  return filled.toSorted().join() === tables.toSorted().join() ? undefined : "it does not fill each table once";
}

/**
 * Rules first, in one step, and then what they do not end: killed before, a flow would begin anew by the old rules. Out of
 * `disabled` nothing is known of the flows that there are, so all of them end.
 */
function misplaced(steps: readonly Step[], from: string, to: string, { macros, fileOf }: Asked): string | undefined {
  const kinds = steps.map(({ command }) => (command.kind.startsWith("kill") ? "kill" : command.kind));
  const isFirst = from === "disabled";
  const wanted = [
    ...(isFirst ? ["main rules"] : []),
    "check",
    "load",
    ...(isFirst ? ["enable", "keep token"] : []),
    ...kinds.filter((kind) => kind === "kill"),
    ...(to === "disabled" ? ["release"] : []),
  ];
  if (kinds.join() !== wanted.join()) return `it runs ${kinds.join(", ")}`;
  if (isFirst && !steps.some(({ command }) => command.kind === "kill all")) return "flows from before are left";
  for (const { command, line } of steps) {
    if (command.kind !== "check" && command.kind !== "load") continue;
    if (command.file !== fileOf(to)) return `line ${line} loads ${command.file}`;
    if (command.macros.toSorted().join() !== macros.toSorted().join())
      return `line ${line} does not fill each interface`;
  }
  return undefined;
}
