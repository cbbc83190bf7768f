import type { Ruleset } from "../../ir/ruleset.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Place } from "../readers/iptables/asked.ts";
import type { IpFamily, Program, Sets, Table } from "../readers/iptables/program.ts";
import type { Comparison, Difference } from "../translation/comparison.ts";
import { judgingHooks, type OwnHook } from "../translation/iptables-places.ts";
import type { SameRules } from "../translation/iptables-rules.ts";
import { Wanted } from "../translation/iptables-wanted.ts";
import { forwardedFrom, leavingFrom } from "../translation/untranslated.ts";
import { type IptablesMove, type IptablesStanding, type Step, tables } from "./iptables-steps.ts";
import { type Bounds, type Judge, type Passage, Transitions } from "./transition.ts";

interface Judged {
  readonly hook: OwnHook;
  readonly place: Place;
  readonly sets: Sets;
  readonly passes: PacketSet;
}

/** Looks for a packet that goes as in neither state, or of a family that is ahead of the other where it must be behind. */
export class MovesOfIptables {
  readonly #comparison: Comparison;
  readonly #same: SameRules;
  readonly #transitions = new Transitions();
  readonly #wanted = new WeakMap<Ruleset, Wanted>();
  readonly #passing = new WeakMap<Program, PacketSet>();
  readonly #hooks = new WeakMap<Table, Judged[]>();

  constructor(comparison: Comparison, same: SameRules) {
    this.#comparison = comparison;
    this.#same = same;
  }

  broken(move: IptablesMove): Difference | undefined {
    return (
      this.#inBetween(move, "ipv6") ?? this.#inBetween(move, "ipv4") ?? this.#unfinished(move) ?? this.#ahead(move)
    );
  }

  /** A packet may be judged by one table as it was and by the next as it will be, and a crash may leave it so. */
  #inBetween(move: IptablesMove, family: IpFamily): Difference | undefined {
    const programs = [
      move.from.programs[family],
      ...move.steps.flatMap((step) => (step.family === family ? [step.program] : [])),
    ];
    for (const { passage, isPromised } of this.#passages(move, programs)) {
      const found = this.#transitions.difference(passage, this.#comparison, isPromised);
      if (found) return found;
    }
    return undefined;
  }

  *#passages(
    { from, to }: IptablesMove,
    programs: readonly Program[],
  ): Generator<{ readonly passage: Passage; readonly isPromised: boolean }> {
    const { space } = this.#comparison;
    const [first] = programs;
    if (!first) return;
    const ends = [this.#wantedOf(from), this.#wantedOf(to)] as const;
    const accepted = (of: (wanted: Wanted) => PacketSet) => {
      const [old = space.all, after = space.all] = ends.map((end) => end && of(end));
      return { old, new: after };
    };
    const going = (direction: "out" | "in" | "forward") => this.#same.going(first, direction);
    const at = (hook: OwnHook): Judge => this.#judge(programs, hook, postroutingPlaces);
    const promised = (passage: Passage) => ({ passage, isPromised: true });
    yield promised({ judges: [at(judgingHooks.input)], within: going("in"), ...accepted(({ arriving }) => arriving) });
    const forward = at(judgingHooks.forward);
    const output = at(judgingHooks.output);
    for (const place of postroutingPlaces) {
      const leaving = this.#judge(programs, judgingHooks.postrouting, [place]);
      const passing = accepted((wanted) => wanted.accepted);
      const forwarded = forwardedFrom(place, going("forward"), space);
      yield promised({ judges: [forward, leaving], within: forwarded, ...passing });
      // Before a masquerade the source is not yet the one that leaves.
      const way = space.none.union(...ends.flatMap((end) => (end ? [end.untranslated.way] : [])));
      const own = leavingFrom(place, going("out"), space);
      const judges = [output, leaving];
      yield promised({ judges, within: own.minus(way), ...passing });
      const within = own.intersect(way);
      yield { passage: { judges, within, ...accepted(({ untranslated }) => untranslated.most) }, isPromised: false };
    }
  }

  /** The last rules are those of the state that the move leads to. */
  #unfinished({ to, from, steps }: IptablesMove): Difference | undefined {
    for (const family of ["ipv6", "ipv4"] as const) {
      const last = steps.findLast((step) => step.family === family)?.program ?? from.programs[family];
      const found = this.#comparison.differs(
        this.#passes(last),
        this.#passes(to.programs[family]),
        this.#comparison.ip,
        {
          more: "it passes where the move ends, and should not",
          less: "it does not pass where the move ends, and should",
        },
      );
      if (found) return found;
    }
    return undefined;
  }

  /** IPv6 closes before anything of IPv4 does, and opens after all of it has. */
  #ahead({ from, to, way, steps }: IptablesMove): Difference | undefined {
    const [old, after] = [this.#passes(from.programs.ipv6), this.#passes(to.programs.ipv6)];
    const isTables = ({ family, program }: Step, i: number): boolean => {
      const before = steps.slice(0, i).findLast((step) => step.family === family)?.program ?? from.programs[family];
      return tables.some((table) => before.tables.get(table) !== program.tables.get(table));
    };
    const ofFour = steps.flatMap((step, i) => (step.family === "ipv4" && isTables(step, i) ? [i] : []));
    const [start, end] = [ofFour[0] ?? 0, ofFour.at(-1) ?? 0];
    const at = (i: number): PacketSet =>
      this.#passes(steps.slice(0, i).findLast((step) => step.family === "ipv6")?.program ?? from.programs.ipv6);
    return way === "closing"
      ? this.#comparison.some(at(start).intersect(old).minus(after), "IPv6 still passes, though IPv4 closes already")
      : this.#comparison.some(at(end).intersect(after).minus(old), "IPv6 passes already, though IPv4 does not yet");
  }

  /** What passes every hook on its way, at rest. */
  #passes(program: Program): PacketSet {
    const known = this.#passing.get(program);
    if (known) return known;
    const { space } = this.#comparison;
    const passes = (hook: OwnHook, place: Place): PacketSet => this.#judged(program, hook, place);
    const [ours, theirs] = postroutingPlaces;
    const ways = [
      this.#same.going(program, "in").intersect(passes(judgingHooks.input, theirs)),
      this.#same
        .going(program, "out")
        .intersect(passes(judgingHooks.output, ours))
        .intersect(passes(judgingHooks.postrouting, ours)),
      forwardedFrom(theirs, this.#same.going(program, "forward"), space)
        .intersect(passes(judgingHooks.forward, theirs))
        .intersect(passes(judgingHooks.postrouting, theirs)),
    ];
    const all = space.none.union(...ways);
    this.#passing.set(program, all);
    return all;
  }

  /** As it was, and everything that it may be until it is as it will be. */
  #judge([first, ...more]: readonly Program[], hook: OwnHook, at: readonly Place[]): Judge {
    const { space } = this.#comparison;
    const of = (programs: readonly Program[]): Bounds => {
      const sets = programs.flatMap((program) => at.map((place) => this.#judged(program, hook, place)));
      const distinct = [...new Map(sets.map((set) => [set.node, set])).values()];
      const [one = space.all, ...others] = distinct;
      return { least: others.reduce((a, b) => a.intersect(b), one), most: one.union(...others) };
    };
    const before = of(first ? [first] : []);
    const distinct = more.filter(
      ({ tables, sets }) => tables.get(hook.table) !== first?.tables.get(hook.table) || sets !== first?.sets,
    );
    return { before, after: distinct.length > 0 ? of(distinct) : before };
  }

  /** Steps are made of few tables, and each is asked once. */
  #judged(program: Program, hook: OwnHook, place: Place): PacketSet {
    const table = program.tables.get(hook.table);
    if (!table) throw new Error(`no table ${hook.table}`);
    const known = this.#hooks.get(table) ?? [];
    this.#hooks.set(table, known);
    const found = known.find((one) => one.hook === hook && one.place === place && one.sets === program.sets);
    if (found) return found.passes;
    const { passes } = this.#same.meaning.judged(program, hook, place);
    known.push({ hook, place, sets: program.sets, passes });
    return passes;
  }

  #wantedOf({ ruleset }: IptablesStanding): Wanted | undefined {
    if (!ruleset) return undefined;
    const known = this.#wanted.get(ruleset) ?? new Wanted(ruleset, this.#comparison, "as-loaded");
    this.#wanted.set(ruleset, known);
    return known;
  }
}

/** With a source of this machine, and without. */
const postroutingPlaces = [
  { isOpen: true, isOurs: { source: true, destination: false } },
  { isOpen: true, isOurs: { source: false, destination: false } },
] as const satisfies readonly Place[];
