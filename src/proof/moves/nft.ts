import type { Ruleset } from "../../ir/ruleset.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Place } from "../readers/nft/asked.ts";
import type { Hook, Program } from "../readers/nft/program.ts";
import type { Comparison, Difference, Filling } from "../translation/comparison.ts";
import { answersToRedirected, leavesAs, leavingAt } from "../translation/leaving.ts";
import { arpTable, ipTable, variations } from "../translation/same-rules.ts";
import { type Bounds, type Judge, type Passage, Transitions } from "./transition.ts";

/** What the kernel holds between two transactions. Without a ruleset everything is meant to pass. */
export interface Standing {
  readonly program: Program;
  readonly ruleset?: Ruleset;
}

/** From what stood before to what stands after, over what stands between two transactions. */
export interface Move {
  readonly name: string;
  readonly stands: readonly [Standing, ...Standing[]];
  /**
   * Whether chains at hooks are made anew. Until such a transaction ends their policy is accept, sets of intervals are empty,
   * and packets are lost for a moment (measured on Linux 6.1 and 6.18): rules keep back what must not pass, and nothing is
   * promised to pass.
   */
  readonly isRemade: boolean;
}

/** Looks for a packet that meets some hooks as they were and others as they will be, and so goes as in neither state. */
export class MovesOfNft {
  readonly #comparison: Comparison;
  readonly #filling: Filling;
  readonly #transitions = new Transitions();
  readonly #bounds = new Memo<Program, Bounds>();
  readonly #meant = new Memo<Ruleset, PacketSet>();

  constructor(comparison: Comparison, filling: Filling) {
    this.#comparison = comparison;
    this.#filling = filling;
  }

  broken({ stands, isRemade }: Move): Difference | undefined {
    const [first] = stands;
    const last = stands.at(-1) ?? first;
    for (const [i, after] of stands.slice(1).entries())
      for (const passage of this.#passages({ before: stands[i] ?? first, after, isRemade }, first, last)) {
        const found = this.#transitions.difference(passage, this.#comparison, !isRemade);
        if (found) return found;
      }
    return undefined;
  }

  /** Each way through the hooks. A packet that is forwarded meets a second hook as well, which keeps nothing of it back. */
  *#passages(step: Step, ...ends: readonly [Standing, Standing]): Generator<Passage> {
    const { space } = this.#comparison;
    const of = (direction: "in" | "out" | "forward") => this.#comparison.going(direction);
    const [old, after] = ends.map((end) => this.#accepted(end));
    if (!old || !after) return;
    const between = { old, new: after };
    const alone = (table: string, hook: Hook): Judge => this.#judge(step, table, hook, placesAt(hook));
    const [oldIn = old, newIn = after] = ends.map((end) => this.#arriving(end));
    yield { judges: [alone(ipTable, "input")], within: of("in"), old: oldIn, new: newIn };
    yield { judges: [alone(ipTable, "forward")], within: of("forward"), ...between };
    for (const [hook, direction] of arpHooks)
      yield {
        judges: [alone(arpTable, hook)],
        within: space.direction(direction).intersect(space.family("arp")),
        ...between,
      };
    const output = alone(ipTable, "output");
    // Who sent a packet is known from a mark that the output hook gave it, as it was or as it will be.
    const marks = [step.before, step.after].map(({ program }) => this.#marksOf(program));
    for (const place of placesAt("postrouting")) {
      const places = marks.map((each) => ({ ...place, marks: each }));
      const leaving = this.#judge(step, ipTable, "postrouting", places);
      yield { judges: [output, leaving], within: this.#leaving(place, ends), ...between };
    }
  }

  #leaving(place: Place, ends: readonly Standing[]): PacketSet {
    const translated = ends.flatMap(({ ruleset }) =>
      ruleset ? [this.#meant.once(ruleset, "translated", () => leavesAs(ruleset, this.#comparison).masqueraded)] : [],
    );
    return leavingAt(place, this.#comparison.space.none.union(...translated), this.#comparison);
  }

  #accepted({ ruleset }: Standing): PacketSet {
    return ruleset ? this.#comparison.planned(ruleset, this.#filling).accepted : this.#comparison.space.all;
  }

  #arriving(standing: Standing): PacketSet {
    const accepted = this.#accepted(standing);
    const { ruleset } = standing;
    if (!ruleset) return accepted;
    return this.#meant.once(ruleset, "arriving", () => {
      const { all, passing } = answersToRedirected(ruleset, accepted, this.#comparison);
      return accepted.minus(all).union(passing);
    });
  }

  #judge({ before, after, isRemade }: Step, table: string, hook: Hook, places: readonly Place[]): Judge {
    const { space, meaning } = this.#comparison;
    const of = ({ program }: Standing, isOpenWhileMade: boolean): Bounds =>
      this.#bounds.once(program, `${table} ${hook} ${isOpenWhileMade} ${places.map(nameOf).join()}`, () => {
        const [one = space.all, ...more] = places.map((place) => {
          const at = (where: Place) => meaning.judged(program, table, hook, where) ?? meaning.unjudged();
          const { passes, rules } = at(place);
          if (!isOpenWhileMade) return passes;
          const early = moments.map((moment) => at({ ...place, moment }));
          return passes.union(rules.undecided(), ...early.flatMap((one) => [one.passes, one.rules.undecided()]));
        });
        return { least: more.reduce((a, b) => a.intersect(b), one), most: one.union(...more) };
      });
    return { before: of(before, false), after: of(after, isRemade) };
  }

  #marksOf(program: Program): Place["marks"] {
    const { meaning } = this.#comparison;
    const [place] = placesAt("output");
    return (place && meaning.judged(program, ipTable, "output", place)?.marks) ?? [];
  }
}

interface Step {
  readonly before: Standing;
  readonly after: Standing;
  readonly isRemade: boolean;
}

const moments = ["before the last", "after the last"] as const;

const arpHooks = [
  ["input", "in"],
  ["output", "out"],
] as const;

const placesAt = (hook: Hook): readonly Place[] =>
  variations({ hasArrived: hook !== "output", marks: [] }).map((place) => ({ ...place, isOpen: true }));

const nameOf = ({ isTranslated, isOurs, marks }: Place): string =>
  [isTranslated, isOurs.source, isOurs.destination, ...marks.map(({ mark, set }) => `${mark}=${set.node}`)].join(" ");

/** What is asked of the same thing again and again is worked out once. */
class Memo<Of extends object, Value> {
  readonly #known = new WeakMap<Of, Map<string, Value>>();

  once(of: Of, name: string, make: () => Value): Value {
    const known = this.#known.get(of) ?? new Map<string, Value>();
    this.#known.set(of, known);
    const value = known.get(name) ?? make();
    known.set(name, value);
    return value;
  }
}
