import { visible } from "../diagnostics/display.ts";
import type { Diff } from "../diff.ts";

interface Names {
  readonly before: string;
  readonly after: string;
}

/** A diff for people; nothing where there is none. */
export function diffText(diff: Diff, names: Names, rules = ""): string {
  const { both, before, after } = diff.states;
  const sections = [
    statementLines(diff.statements),
    ...byStates(diff, both),
    [
      ...before.map((state) => `state ${state}: only in ${names.before}`),
      ...after.map(
        (state) =>
          `state ${state}: only in ${names.after}${state === "disabled" ? ", and everything passes there" : ""}`,
      ),
    ],
    diff.besides.map((what) => `also otherwise: ${what}`),
    rules === "" ? [] : rules.trimEnd().split("\n"),
  ];
  const lines = sections
    .filter((section) => section.length > 0)
    .map((section) => section.map((line) => `${visible(line)}\n`).join(""));
  return lines.join("\n");
}

type Lines = Diff["opened"];

/** What changes in the same states stands together. */
function byStates({ opened, closed }: Diff, both: readonly string[]): readonly (readonly string[])[] {
  const all = [
    ...opened.map((line) => ({ ...line, sign: "+" as const })),
    ...closed.map((line) => ({ ...line, sign: "-" as const })),
  ];
  const groups = Map.groupBy(all, ({ states }) => states.join());
  return [...groups.values()].map((group) => {
    const [first] = group;
    return [
      `${placeOf(first?.states ?? [], both)}:`,
      ...group.flatMap(({ sign, packets, witness, before, after }) => [
        `  ${sign} ${packets ?? "packets beyond these, such as the one below"}`,
        `      ${witness}`,
        `      before: ${decided(before)}`,
        `      after:  ${decided(after)}`,
      ]),
    ];
  });
}

function placeOf(states: readonly string[], both: readonly string[]): string {
  // Nothing is otherwise in `disabled` where both have it.
  if (states.length === both.filter((state) => state !== "disabled").length) return "in every state";
  return states.length === 1 ? `in state ${states[0]}` : `in ${states.length} states (${states.join(", ")})`;
}

const decided = (decisions: Lines[number]["before"]): string =>
  decisions.map((each) => `${each.passes ? "passes" : "dropped"}, ${placed(each)}`).join("; or ");

const placed = ({
  statement,
  line,
  file,
}: Lines[number]["before"][number] | Diff["statements"]["added"][number]): string =>
  line === undefined ? statement : `${file === undefined ? "line " : `${file}:`}${line}: ${statement}`;

/** Of a block that changed inside, the lines that differ. */
function statementLines({ removed, added }: Diff["statements"]): readonly string[] {
  const changed = removed.flatMap((old) => {
    const now = added.find(({ statement, text }) => statement === old.statement && text.includes("\n"));
    return now && old.text.includes("\n") ? [{ old, now }] : [];
  });
  const inside = (text: string, other: string, sign: "+" | "-") =>
    text
      .split("\n")
      .filter((line) => !other.split("\n").includes(line))
      .map((line) => `      ${sign} ${line.trim()}`);
  const rest = <T>(all: readonly T[], paired: readonly T[]) => all.filter((each) => !paired.includes(each));
  const lines = [
    ...changed.flatMap(({ old, now }) => [
      `    ${placed(now)}`,
      ...inside(old.text, now.text, "-"),
      ...inside(now.text, old.text, "+"),
    ]),
    ...rest(
      removed,
      changed.map(({ old }) => old),
    ).map((each) => `  - ${placed(each)}`),
    ...rest(
      added,
      changed.map(({ now }) => now),
    ).map((each) => `  + ${placed(each)}`),
  ];
  return lines.length > 0 ? ["statements:", ...lines] : [];
}
