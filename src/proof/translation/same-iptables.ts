import type { Direction } from "../../ir/ruleset.ts";
import { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Verdict } from "../packets/verdict-function.ts";
import { type Judged, Meaning, type Rewriting } from "../readers/iptables/meaning.ts";
import type { AddressSet, End, Program, Sets } from "../readers/iptables/program.ts";
import { readSets } from "../readers/iptables/read-sets.ts";
import { load } from "../readers/iptables/read-text.ts";
import { vocabularyOfProgram } from "../readers/iptables/vocabulary.ts";
import { loopback, merged } from "../vocabulary.ts";
import { Comparison, type Difference } from "./comparison.ts";
import { endsAskedBy, judgingHooks, type OwnHook, rewritingHooks } from "./iptables-places.ts";
import { judgements, type Named, sameSets, type Tampering } from "./same-programs.ts";

export interface ExpectedIptables {
  /** What was loaded: the ruleset of the family with its sets, and the switch to the state. */
  readonly program: Program;
  /** What will be loaded next: what is not in force now must be unharmed when it is. `sets` comes before the rules. */
  readonly switches: readonly { readonly sets: string; readonly rules: string }[];
  /** Sets that are refreshed while they are loaded: what they hold is not compared. */
  readonly refreshed: ReadonlySet<string>;
}

/** Every packet of a family, now and after each switch, at every hook by itself. Undefined: they mean the same. */
export function iptablesTampering(
  listed: Program,
  { program, switches, refreshed }: ExpectedIptables,
): Tampering | undefined {
  for (const [name, set] of program.sets) {
    const held = listed.sets.get(name);
    if (set.seconds && held && !isSooner(held, set))
      return { kind: "effect", reason: `${name} is open longer than it was opened` };
  }
  const expected = { ...program, sets: heldSets(program.sets, listed.sets, refreshed) };
  const after = ({ sets, rules }: ExpectedIptables["switches"][number], before: Program): Program =>
    load(rules, { ...before, sets: readSets(sets, before.sets) });
  const pairs = [
    { found: listed, wanted: expected },
    ...switches.map((text) => ({ found: after(text, listed), wanted: after(text, expected) })),
  ];
  const vocabularies = pairs.flatMap(({ found, wanted }) => [found, wanted].map(vocabularyOfProgram));
  const comparison = new Comparison(new PacketSpace(merged(...vocabularies, loopback)));
  const meaning = new Meaning(comparison.space);
  for (const pair of pairs) {
    const difference = different(comparison, meaning, pair);
    if (difference) return difference;
  }
  return undefined;
}

interface Pair {
  readonly found: Program;
  readonly wanted: Program;
}

/** Every hook of ours with the packets that come to it. */
const visited: readonly (readonly [OwnHook, readonly Direction[]])[] = [
  [judgingHooks.output, ["out"]],
  [judgingHooks.postrouting, ["out", "forward"]],
  [judgingHooks.input, ["in"]],
  [judgingHooks.forward, ["forward"]],
  [rewritingHooks.prerouting, ["in", "forward"]],
  [rewritingHooks.output, ["out"]],
  [rewritingHooks.postrouting, ["out", "forward"]],
];

function different(comparison: Comparison, meaning: Meaning, { found, wanted }: Pair): Tampering | undefined {
  for (const [hook, directions] of visited) {
    const [held, named] = [found, wanted].map(({ tables }) => tables.get(hook.table)?.has(hook.own) ?? false);
    if (held !== named) return { kind: "effect", reason: `${hook.own} of ${hook.table} is ${held ? "" : "not "}there` };
    if (!held) continue;
    const ends = new Set([found, wanted].flatMap(({ tables }) => [...endsAskedBy(tables.get(hook.table))]));
    for (const place of placesOf(ends)) {
      const [judged, expected] = [found, wanted].map((program) => meaning.judged(program, hook, place));
      const [rewritten, changes] = [found, wanted].map((program) => meaning.rewritings(program, hook, place));
      if (!judged || !expected || !rewritten || !changes) throw new Error("there are two programs");
      for (const direction of directions) {
        const within = comparison.going(direction).intersect(comparison.space.family(wanted.family));
        const difference =
          judgedOtherwise(comparison, judged, expected, within) ??
          sameSets(comparison, changesOf(rewritten), changesOf(changes), within, "rewrites");
        if (difference) return { kind: "packet", ...difference };
      }
    }
  }
  return undefined;
}

const placesOf = (ends: ReadonlySet<End>) => {
  const either = (end: End): readonly boolean[] => (ends.has(end) ? [true, false] : [false]);
  return [true, false].flatMap((isOpen) =>
    either("source").flatMap((source) =>
      either("destination").map((destination) => ({ isOpen, isOurs: { source, destination } })),
    ),
  );
};

function judgedOtherwise(
  comparison: Comparison,
  found: Judged,
  wanted: Judged,
  within: PacketSet,
): Difference | undefined {
  const passing = comparison.differs(found.passes, wanted.passes, within, judgements.permit);
  if (passing) return passing;
  for (const verdict of ["reset", "reject", "block"] as const satisfies readonly Verdict[]) {
    const words = judgements[verdict];
    const difference = comparison.differs(found.rules.with(verdict), wanted.rules.with(verdict), within, words);
    if (difference) return difference;
  }
  return sameSets(comparison, logsOf(found), logsOf(wanted), within, "logs");
}

const logsOf = ({ told }: Judged): readonly Named[] =>
  told.map(({ count, per, set }) => ({ name: `${count} in ${per} ms`, set }));
const changesOf = (all: readonly Rewriting[]): readonly Named[] =>
  all.map(({ change, set }) => ({ name: change, set }));

/** What was expected, with what the kernel holds where that changes by itself: refreshed sets, and what was open for a while. */
const heldSets = (expected: Sets, held: Sets, refreshed: ReadonlySet<string>): Sets =>
  new Map(
    [...expected].map(([name, set]) => {
      const there = held.get(name);
      const isSame = there?.family === set.family;
      const changes = refreshed.has(name) || (there !== undefined && isSooner(there, set));
      return [name, isSame && changes ? there : set];
    }),
  );

/** It closes by itself; what is open longer, or was not opened, is a difference. */
const isSooner = (held: AddressSet, opened: AddressSet): boolean =>
  held.seconds !== undefined &&
  opened.seconds !== undefined &&
  held.ranges.every(({ first, last }, i) =>
    opened.ranges.some(
      (range, at) =>
        range.first === first && range.last === last && (held.seconds?.[i] ?? 0) <= (opened.seconds?.[at] ?? 0),
    ),
  );
