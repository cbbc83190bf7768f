import type { Ruleset } from "../../ir/ruleset.ts";
import { connections, rewriting } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Place } from "../readers/iptables/asked.ts";
import { type Judged, Meaning } from "../readers/iptables/meaning.ts";
import type { Program } from "../readers/iptables/program.ts";
import { type Comparison, type Difference, type Filling, passing } from "./comparison.ts";
import { judgingHooks, type OwnHook, places, rewritingHooks } from "./iptables-places.ts";
import { Wanted } from "./iptables-wanted.ts";
import { plannedChanges, type RewritingHook, rewrittenOtherwise } from "./same-rewrites.ts";
import { closing, rejecting, resetting } from "./same-rules.ts";
import { forwardedFrom, leavingFrom } from "./untranslated.ts";

export interface IptablesState {
  readonly ruleset: Ruleset;
  readonly program: Program;
  readonly filling: Filling;
  /** Whether what the kernel closes by itself is still open. */
  readonly isOpen: boolean;
}

/** Holds the rules of programs against plans, hook by hook, within what is assumed of packets. */
export class SameRules {
  readonly meaning: Meaning;
  readonly #comparison: Comparison;
  readonly #within: PacketSet;

  constructor(comparison: Comparison, within: PacketSet) {
    this.#comparison = comparison;
    this.#within = within;
    this.meaning = new Meaning(comparison.space);
  }

  /** Every hook lets pass what was planned; who is refused is told as planned, where somebody can be told. */
  difference(state: IptablesState): Difference | undefined {
    const wanted = new Wanted(state.ruleset, this.#comparison, state.filling);
    return (
      this.#leaving(state, wanted) ??
      this.#output(state, wanted) ??
      this.#hook("input", "in", wanted.arriving, state) ??
      this.#hook("forward", "forward", wanted.accepted, state) ??
      this.#lostForwarded(state, wanted) ??
      this.#rewrites(state)
    );
  }

  /** A packet that does not pass, or is rewritten, where everything should pass as it is. */
  refused(program: Program): Difference | undefined {
    const { space } = this.#comparison;
    const all = ["out", "in", "forward"] as const;
    const sets = all.flatMap((direction) =>
      hooksOf[direction].flatMap((hook) =>
        places(program, hook, false).map((place) =>
          this.going(program, direction).minus(this.#judged(program, hook, place).passes),
        ),
      ),
    );
    const rewritten = Object.values(rewritingHooks).flatMap((hook) =>
      places(program, hook, false).flatMap((place) => this.meaning.rewritings(program, hook, place)),
    );
    return (
      this.#comparison.some(space.none.union(...sets), passing.less) ??
      this.#comparison.some(
        space.none.union(...rewritten.map(({ set }) => set)).intersect(this.#within),
        "the file rewrites it, the plan does not",
      )
    );
  }

  going({ family }: Program, direction: "out" | "in" | "forward"): PacketSet {
    return this.#comparison.going(direction).intersect(this.#comparison.space.family(family)).intersect(this.#within);
  }

  /** POSTROUTING is the authority: by the interface where a packet really leaves, before a masquerade. */
  #leaving({ program, isOpen }: IptablesState, { accepted, untranslated }: Wanted): Difference | undefined {
    const comparison = this.#comparison;
    const { way, most, least } = untranslated;
    for (const place of places(program, judgingHooks.postrouting, isOpen)) {
      const { passes } = this.#judged(program, judgingHooks.postrouting, place);
      const going = leavingFrom(place, this.going(program, "out"), comparison.space);
      const found =
        comparison.differs(passes, accepted, going.minus(way), passing) ??
        comparison.alone(passes, most, going.intersect(way), passing.more) ??
        comparison.alone(least, passes, going, passing.less);
      if (found) return found;
    }
    return undefined;
  }

  /** Sees where a packet was routed first; what has a new destination is not routed there yet. */
  #output({ program, ruleset, isOpen }: IptablesState, { accepted, redirected }: Wanted): Difference | undefined {
    const comparison = this.#comparison;
    const going = this.going(program, "out");
    const isRewritten = comparison.space.is("rewritten", rewriting.yes);
    for (const place of places(program, judgingHooks.output, isOpen)) {
      const judged = this.#judged(program, judgingHooks.output, place);
      const { passes } = judged;
      const found =
        comparison.alone(accepted.union(redirected), passes, going, passing.less) ??
        comparison.alone(passes, accepted, going.minus(isRewritten), passing.more) ??
        this.#telling(judged, ruleset, "out", going);
      if (found) return found;
    }
    return undefined;
  }

  #hook(
    name: "input" | "forward",
    direction: "in" | "forward",
    wanted: PacketSet,
    { program, ruleset, isOpen }: IptablesState,
  ): Difference | undefined {
    const going = this.going(program, direction);
    for (const place of places(program, judgingHooks[name], isOpen)) {
      const judged = this.#judged(program, judgingHooks[name], place);
      const found =
        this.#comparison.differs(judged.passes, wanted, going, passing) ??
        this.#telling(judged, ruleset, direction, going);
      if (found) return found;
    }
    return undefined;
  }

  /** FORWARD judges; nothing of it may be lost as it leaves. */
  #lostForwarded({ program, isOpen }: IptablesState, { accepted }: Wanted): Difference | undefined {
    for (const place of places(program, judgingHooks.postrouting, isOpen)) {
      const going = forwardedFrom(place, this.going(program, "forward"), this.#comparison.space);
      const { passes } = this.#judged(program, judgingHooks.postrouting, place);
      const says = "POSTROUTING drops it, the plan lets it pass";
      const found = this.#comparison.alone(accepted, passes, going, says);
      if (found) return found;
    }
    return undefined;
  }

  /** Only the first packet of a connection is ever asked. */
  #rewrites({ program, ruleset, isOpen }: IptablesState): Difference | undefined {
    const isNew = this.#comparison.space.is("connection", connections.numberOf("new"));
    for (const [hook, own] of Object.entries(rewritingHooks) as readonly [RewritingHook, OwnHook][])
      for (const direction of rewritten[hook])
        for (const place of places(program, own, isOpen)) {
          const found = rewrittenOtherwise(
            this.meaning.rewritings(program, own, place),
            plannedChanges(ruleset, hook, place.isOurs.destination, this.#comparison),
            this.#comparison,
            this.going(program, direction).intersect(isNew),
          );
          if (found) return found;
        }
    return undefined;
  }

  #judged(program: Program, hook: OwnHook, place: Place): Judged {
    return this.meaning.judged(program, hook, place);
  }

  #telling(
    { rules, passes, told }: Judged,
    ruleset: Ruleset,
    direction: "out" | "in" | "forward",
    going: PacketSet,
  ): Difference | undefined {
    const comparison = this.#comparison;
    const refused = going.minus(passes);
    const { reject, reset, log } = closing(ruleset, direction, comparison);
    const isAsOften = told.every(({ count, per }) => count === log?.count && per === log.per);
    return (
      comparison.differs(rules.with("reset"), reset.intersect(refused), going, resetting) ??
      comparison.differs(rules.with("reject"), reject.intersect(refused), going, rejecting) ??
      (isAsOften ? undefined : comparison.some(refused, "it is not logged as planned")) ??
      comparison.differs(
        comparison.space.none.union(...told.map(({ set }) => set)),
        log ? refused : comparison.space.none,
        going,
        { more: "it is logged, and should not be", less: "it is not logged as planned" },
      )
    );
  }
}

const hooksOf = {
  out: [judgingHooks.output, judgingHooks.postrouting],
  in: [judgingHooks.input],
  forward: [judgingHooks.forward, judgingHooks.postrouting],
} as const;

/** Whose packets come to each hook that rewrites them. */
const rewritten: Readonly<Record<RewritingHook, readonly ("out" | "forward")[]>> = {
  prerouting: ["forward"],
  output: ["out"],
  postrouting: ["forward", "out"],
};
