import type { Marked, Place } from "../readers/nft/asked.ts";
import type { Program } from "../readers/nft/program.ts";
import type { Comparison, Difference } from "./comparison.ts";
import { ipTable, variations } from "./same-rules.ts";

/** The bits of a connection's mark that are ours. */
const own = 0xff000000;

/** Where a program changes bits of a connection's mark that are somebody else's, or asks for them: he may set them at any time. */
export function foreignBits({ tables }: Program): string | undefined {
  const rules = [...tables.values()].flatMap(({ chains }) => [...chains.values()]).flatMap((chain) => chain.rules);
  const found = rules.find(
    ({ marks, conditions }) =>
      (marks && (isForeign(~marks.keep) || isForeign(marks.add))) ||
      conditions.some((asked) => asked.kind === "connection-mark" && isForeign(asked.mask)),
  );
  return found && `line ${found.line} is about more of a connection's mark than the highest eight bits`;
}

const isForeign = (bits: number): boolean => (bits & ~own) !== 0;

/** A packet that leaves with another mark than the rules give it, whatever it had before, once a second table marks behind them. */
export function differentMarks(
  comparison: Comparison,
  rules: Program,
  { program, table }: { readonly program: Program; readonly table: string },
): Difference | undefined {
  const { meaning, space } = comparison;
  const marksOf = (of: Program, name: string, place: Place): readonly Marked[] =>
    meaning.judged(of, name, "output", place)?.marks ?? place.marks;
  const places = (marks: readonly Marked[]): readonly Place[] =>
    variations({ hasArrived: false, marks }).map((place) => ({ ...place, isOpen: true }));
  const given = places([]).flatMap((place) => marksOf(rules, ipTable, place).map(({ mark }) => mark));
  const before = [...new Set(given)].map((mark) => [{ mark, set: space.all }]);
  for (const place of [[], ...before].flatMap(places)) {
    const wanted = marksOf(rules, ipTable, place);
    const difference = anotherMark(comparison, marksOf(program, table, { ...place, marks: wanted }), wanted);
    if (difference) return difference;
  }
  return undefined;
}

function anotherMark(
  comparison: Comparison,
  found: readonly Marked[],
  wanted: readonly Marked[],
): Difference | undefined {
  const of = (all: readonly Marked[], mark: number) =>
    comparison.space.none.union(...all.filter((one) => one.mark === mark).map(({ set }) => set));
  const says = "the file marks its connection otherwise than the rules do";
  for (const mark of new Set([...found, ...wanted].map((one) => one.mark))) {
    const words = { more: says, less: says };
    const difference = comparison.differs(of(found, mark), of(wanted, mark), comparison.going("out"), words);
    if (difference) return difference;
  }
  return undefined;
}
