import type { Packet } from "../../ir/packet.ts";
import type { Direction } from "../../ir/ruleset.ts";
import { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Verdict } from "../packets/verdict-function.ts";
import type { Place } from "../readers/nft/asked.ts";
import type { Judged, Rewriting } from "../readers/nft/meaning.ts";
import type { Hook, NamedSet, Program, Table } from "../readers/nft/program.ts";
import { load } from "../readers/nft/read-text.ts";
import { vocabularyOfProgram } from "../readers/nft/vocabulary.ts";
import { loopback, merged } from "../vocabulary.ts";
import { Comparison, type Difference, type Words } from "./comparison.ts";
import { arpTable, hooksOf, ipTable, variations } from "./same-rules.ts";

/** Where a kernel does not hold what files say: a packet that shows it, or a place. */
export type Tampering =
  | { readonly kind: "packet"; readonly packet: Packet; readonly says: string }
  | { readonly kind: "effect"; readonly reason: string };

export interface Expected {
  /** What was loaded: `ruleset.nft`, and the switch to the state. */
  readonly program: Program;
  /** The texts that will be loaded next: what is not in force now must be unharmed when it is. */
  readonly switches: readonly string[];
  /** Sets of addresses that are refreshed while they are loaded: what they hold is not compared. */
  readonly refreshed: ReadonlySet<string>;
}

/** Every packet, now and after each switch, at every hook by itself. Undefined: they mean the same. */
export function tampering(listed: Program, { program, switches, refreshed }: Expected): Tampering | undefined {
  const expected = withContents(program, listed, refreshed);
  const pairs = [{ found: listed, wanted: expected }];
  let unloadable: string | undefined;
  for (const text of switches) {
    const [found, wanted] = [load(text, listed), load(text, expected)];
    if ("fault" in wanted) throw new Error(`a switch does not load: ${wanted.fault.reason}`);
    if ("fault" in found) unloadable ??= found.fault.reason;
    else pairs.push({ found: found.program, wanted: wanted.program });
  }
  const vocabularies = pairs.flatMap(({ found, wanted }) => [found, wanted].map(vocabularyOfProgram));
  const comparison = new Comparison(new PacketSpace(merged(...vocabularies, loopback)));
  for (const { found, wanted } of pairs) {
    const difference = different(comparison, found, wanted);
    if (difference) return difference;
  }
  return unloadable === undefined ? undefined : { kind: "effect", reason: `a switch does not load: ${unloadable}` };
}

function different(comparison: Comparison, found: Program, wanted: Program): Tampering | undefined {
  const { meaning } = comparison;
  for (const table of [ipTable, arpTable]) {
    const [held, named] = [basesOf(found.tables.get(table)), basesOf(wanted.tables.get(table))];
    if (held !== named) return { kind: "effect", reason: `${table} hooks in as ${held}, not as ${named}` };
    for (const direction of ["out", "in", "forward"] as const) {
      let marks: Place["marks"] = [];
      for (const hook of [...(direction === "out" ? [] : arriving), ...hooksOf[direction]])
        for (const place of placesAt(hook, marks)) {
          const at = <T>(of: (program: Program) => T): readonly [T, T] => [of(found), of(wanted)];
          const judged = at((program) => meaning.judged(program, table, hook, place) ?? meaning.unjudged());
          const rewritten = at((program) => meaning.rewritings(program, table, hook, place));
          const within = withinOf(comparison, table, direction);
          const difference =
            judgedOtherwise(comparison, judged, within) ?? rewrittenOtherwise(comparison, rewritten, within);
          if (difference) return { kind: "packet", ...difference };
          if (hook === "output") marks = judged[1].marks;
        }
    }
  }
  return undefined;
}

const basesOf = (table: Table | undefined): string =>
  [...(table?.chains.values() ?? [])]
    .flatMap(({ base }) => (base ? [`${base.type} ${base.hook} ${base.priority} ${base.policy}`] : []))
    .toSorted()
    .join(", ") || "nothing";

const arriving = ["prerouting"] as const;

const placesAt = (hook: Hook, marks: Place["marks"]): readonly Place[] =>
  variations({ hasArrived: hook !== "output", marks }).flatMap((place) =>
    [true, false].map((isOpen) => ({ ...place, isOpen })),
  );

const withinOf = ({ space, ip }: Comparison, table: string, direction: Direction): PacketSet =>
  space.direction(direction).intersect(table === ipTable ? ip : space.family("arp"));

type Both<T> = readonly [found: T, wanted: T];

/** Another verdict, another way to tell the sender, another log, another mark. */
function judgedOtherwise(
  comparison: Comparison,
  [found, wanted]: Both<Judged>,
  within: PacketSet,
): Difference | undefined {
  for (const [verdict, words] of Object.entries(judgements) as readonly [Judgement, Words][]) {
    const difference = comparison.differs(found.rules.with(verdict), wanted.rules.with(verdict), within, words);
    if (difference) return difference;
  }
  return (
    sameSets(comparison, toldOf(found), toldOf(wanted), within, "logs") ??
    sameSets(comparison, marksOf(found), marksOf(wanted), within, "marks")
  );
}

type Judgement = "permit" | "reset" | "reject" | "block";
export const judgements: Readonly<Record<Judgement & Verdict, Words>> = {
  permit: { more: "the kernel lets it pass, the files do not", less: "the kernel does not let it pass, the files do" },
  reset: { more: "the kernel resets its connection", less: "the kernel does not reset its connection" },
  reject: { more: "the kernel tells its sender", less: "the kernel does not tell its sender" },
  block: { more: "the kernel drops it by another rule", less: "no rule of the kernel drops it" },
};

const toldOf = ({ told }: Judged): readonly Named[] => told.map(({ log, set }) => ({ name: JSON.stringify(log), set }));
const marksOf = ({ marks }: Judged): readonly Named[] => marks.map(({ mark, set }) => ({ name: `${mark}`, set }));

const rewrittenOtherwise = (
  comparison: Comparison,
  [found, wanted]: Both<readonly Rewriting[]>,
  within: PacketSet,
): Difference | undefined => {
  const named = (all: readonly Rewriting[]): readonly Named[] => all.map(({ change, set }) => ({ name: change, set }));
  return sameSets(comparison, named(found), named(wanted), within, "rewrites");
};

export interface Named {
  readonly name: string;
  readonly set: PacketSet;
}

/** Sets that have names, such as marks that are set: a packet that is in the one's and not in the other's. */
export function sameSets(
  comparison: Comparison,
  found: readonly Named[],
  wanted: readonly Named[],
  within: PacketSet,
  does: string,
): Difference | undefined {
  const { none } = comparison.space;
  const of = (all: readonly Named[], name: string): PacketSet =>
    none.union(...all.filter((one) => one.name === name).map(({ set }) => set));
  for (const name of new Set([...found, ...wanted].map((one) => one.name))) {
    const difference = comparison.differs(of(found, name), of(wanted, name), within, {
      more: `the kernel ${does} it (${name}), the files do not`,
      less: `the files do (${name}), the kernel does not ${does.slice(0, -1)} it`,
    });
    if (difference) return difference;
  }
  return undefined;
}

/** What was expected, with what the kernel holds where that changes by itself: refreshed sets, and what was open for a while. */
function withContents({ tables }: Program, listed: Program, refreshed: ReadonlySet<string>): Program {
  const contents = (table: string, name: string, set: NamedSet): NamedSet => {
    const held = listed.tables.get(table)?.sets.get(name);
    if (set.kind === "addresses") {
      const isSame = held?.kind === "addresses" && held.family === set.family;
      return refreshed.has(name) && isSame ? held : set;
    }
    if (held?.kind !== "timed") return set;
    // It closes by itself; what is open longer, or was not opened, is a difference.
    const left = [...set.elements].filter(([family, time]) => (held.elements.get(family) ?? time + 1) <= time);
    return { kind: "timed", elements: new Map(left) };
  };
  const changed = [...tables].map(([key, table]) => {
    const sets = [...table.sets].map(([name, set]) => [name, contents(key, name, set)] as const);
    return [key, { ...table, sets: new Map(sets) }] as const;
  });
  return { tables: new Map(changed) };
}
