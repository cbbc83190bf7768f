import type { Direction, Rule, Ruleset } from "../../ir/ruleset.ts";
import { constant } from "../../net/parse-net.ts";
import { connections, rewriting } from "../dimensions.ts";
import { matched } from "../matched.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Marked, Place } from "../readers/nft/asked.ts";
import type { Judged } from "../readers/nft/meaning.ts";
import type { Hook, Program } from "../readers/nft/program.ts";
import { type Comparison, type Difference, type Filling, passing } from "./comparison.ts";
import { flowErrors, sentNowhere } from "./flows.ts";
import { Wanted } from "./iptables-wanted.ts";
import { answersToRedirected, leavesAs, leavingAt } from "./leaving.ts";
import { forwardedFrom, leavingFrom } from "./untranslated.ts";

export interface State {
  readonly ruleset: Ruleset;
  readonly program: Program;
  readonly filling: Filling;
  /** Whether what the kernel closes by itself is still open. */
  readonly isOpen: boolean;
}

export const ipTable = "inet ksp";
export const arpTable = "arp ksp";

/** The first packet of which the rules of a program do not say what was planned. */
export function differentRules(comparison: Comparison, state: State): Difference | undefined {
  const rules = new SameRules(comparison, state);
  return rules.arriving() ?? rules.forwarded() ?? rules.leaving() ?? rules.arp();
}

/** A packet that does not pass, or is rewritten, where everything should pass as it is. */
export function allows(comparison: Comparison, program: Program): Difference | undefined {
  const { space, meaning } = comparison;
  const places = (["out", "in", "forward"] as const).flatMap((direction) =>
    variations({ hasArrived: direction !== "out", marks: [] }).map((place) => ({ direction, ...place, isOpen: false })),
  );
  const refused = places.flatMap(({ direction, ...place }) =>
    [ipTable, arpTable].flatMap((table) => {
      const within = space.direction(direction).intersect(table === ipTable ? comparison.ip : space.family("arp"));
      return hooksOf[direction].flatMap(
        (hook) => meaning.judged(program, table, hook, place)?.passes.complement().intersect(within) ?? [],
      );
    }),
  );
  const rewritten = places.flatMap(({ direction, ...place }) =>
    (["prerouting", "output", "postrouting"] as const).flatMap((hook) =>
      meaning.rewritings(program, ipTable, hook, place).map(({ set }) => set.intersect(comparison.going(direction))),
    ),
  );
  return (
    comparison.some(space.none.union(...refused), passing.less) ??
    comparison.some(space.none.union(...rewritten), "the file rewrites it, the plan does not")
  );
}

export const hooksOf: Readonly<Record<Direction, readonly Hook[]>> = {
  out: ["output", "postrouting"],
  in: ["input"],
  forward: ["forward", "postrouting"],
};

const loopbackAddresses = constant("127.0.0.0/8", "::1");

/**
 * The first packet that a table keeps back though some state lets it leave, or lets leave though none does. It looks a second
 * time at what leaves, and speaks of all states at once.
 */
export function differentAgain(
  comparison: Comparison,
  states: readonly State[],
  { table, isUntranslated }: Again,
): { readonly state: string; readonly difference: Difference } | undefined {
  const { none } = comparison.space;
  const bounds = states.map((state) => leavingBounds(comparison, state, isUntranslated));
  const leaving = none.union(...bounds.map(({ most }) => most));
  const forwarded = none.union(...states.map(({ ruleset, filling }) => comparison.planned(ruleset, filling).accepted));
  for (const [i, state] of states.entries()) {
    const least = bounds[i]?.least ?? none;
    const again = { table, isUntranslated, leaving: { least, most: leaving }, forwarded };
    const difference = new SameRules(comparison, state, again).again();
    if (difference) return { state: state.ruleset.state, difference };
  }
  return undefined;
}

interface Again {
  readonly table: string;
  /** It sees packets before a masquerade. */
  readonly isUntranslated: boolean;
}
interface Bounds {
  readonly least: PacketSet;
  readonly most: PacketSet;
}

function leavingBounds(comparison: Comparison, { ruleset, filling }: State, isUntranslated: boolean): Bounds {
  const { accepted, untranslated } = new Wanted(ruleset, comparison, filling);
  if (!isUntranslated) return { least: accepted, most: accepted };
  const { way, most, least } = untranslated;
  return { least: accepted.minus(way).union(least), most: accepted.minus(way).union(most.intersect(way)) };
}

class SameRules {
  readonly #comparison: Comparison;
  readonly #state: State;
  readonly #planned: PacketSet;
  readonly #table: string;
  readonly #isUntranslated: boolean;
  readonly #leaving: Bounds;
  readonly #forwarded: Bounds;

  constructor(
    comparison: Comparison,
    state: State,
    again?: Again & { readonly leaving: Bounds; readonly forwarded: PacketSet },
  ) {
    this.#comparison = comparison;
    this.#state = state;
    this.#planned = comparison.planned(state.ruleset, state.filling).accepted;
    const only = { least: this.#planned, most: this.#planned };
    this.#table = again?.table ?? ipTable;
    this.#isUntranslated = again?.isUntranslated ?? false;
    this.#leaving = again?.leaving ?? only;
    this.#forwarded = again ? { least: this.#planned, most: again.forwarded } : only;
  }

  /** Only as it leaves: the output hook marks, and keeps nothing back. */
  again(): Difference | undefined {
    const going = this.#comparison.going("out");
    const output = this.#judged("output", { hasArrived: false, marks: [] });
    const forward = this.#judged("forward", { hasArrived: true, marks: [] });
    const places = variations({ hasArrived: false, marks: [] });
    const spared = places.reduce((left, place) => left.intersect(this.#judged("output", place).passes), going);
    return (
      this.#comparison.some(going.minus(spared), passing.less) ??
      this.#authority(output.marks, going) ??
      this.#inherited(output.marks, going) ??
      this.#passes("forward", "forward") ??
      this.#open(forward, this.#comparison.going("forward")) ??
      (this.#isUntranslated ? this.#lostUntranslated() : this.#lostForwarded())
    );
  }

  arriving(): Difference | undefined {
    const { all, passing: answered } = answersToRedirected(this.#state.ruleset, this.#planned, this.#comparison);
    const arriving = this.#comparison.going("in");
    return this.#hook("input", "in", this.#planned.minus(all).union(answered.intersect(arriving)));
  }

  /** The forward hook judges; nothing of it may be lost as it leaves. */
  forwarded(): Difference | undefined {
    return this.#hook("forward", "forward", this.#planned) ?? this.#lostForwarded();
  }

  /**
   * Postrouting is the authority, and `output` tells the sender. It sees where a packet was routed first: as long as that is
   * where it leaves, both say the same, but of what has a new destination and is not routed there yet.
   */
  leaving(): Difference | undefined {
    const { space } = this.#comparison;
    const going = this.#comparison.going("out");
    const output = this.#judged("output", { hasArrived: false, marks: [] });
    const isRewritten = space.is("rewritten", rewriting.yes);
    for (const place of variations({ hasArrived: false, marks: [] })) {
      const { passes } = this.#judged("output", place);
      const found =
        this.#comparison.alone(this.#planned, passes, going, passing.less) ??
        this.#comparison.alone(passes, this.#planned, going.minus(isRewritten), passing.more);
      if (found) return found;
    }
    return (
      this.#refusing(output, "out") ?? this.#authority(output.marks, going) ?? this.#inherited(output.marks, going)
    );
  }

  /** Whatever mark its connection had before, who sends a packet is who counts. What no socket sends keeps it. */
  #inherited(marks: readonly Marked[], going: PacketSet): Difference | undefined {
    const { space } = this.#comparison;
    const isSent = going.minus(space.is("user", space.names.owners.user.numberOf(undefined)));
    for (const mark of new Set(marks.map((one) => one.mark))) {
      const after = this.#judged("output", { hasArrived: false, marks: [{ mark, set: space.all }] }).marks;
      const found = this.#authority(after, isSent);
      if (found) return found;
    }
    return undefined;
  }

  #authority(marks: readonly Marked[], within: PacketSet): Difference | undefined {
    const translated = leavesAs(this.#state.ruleset, this.#comparison).masqueraded;
    for (const place of variations({ hasArrived: true, marks })) {
      const region = this.#isUntranslated
        ? leavingFrom(place, within, this.#comparison.space)
        : within.intersect(leavingAt(place, translated, this.#comparison));
      const judged = this.#judged("postrouting", place);
      const found = this.#within(judged.passes, this.#leaving, region) ?? this.#open(judged, region);
      if (found) return found;
    }
    return undefined;
  }

  /** As planned for this state, or for another one where that may be. */
  #within(passes: PacketSet, { least, most }: Bounds, region: PacketSet): Difference | undefined {
    return (
      this.#comparison.alone(passes, most, region, passing.more) ??
      this.#comparison.alone(least, passes, region, passing.less)
    );
  }

  #passes(hook: Hook, direction: Direction): Difference | undefined {
    for (const place of variations({ hasArrived: true, marks: [] })) {
      const found = this.#within(this.#judged(hook, place).passes, this.#forwarded, this.#comparison.going(direction));
      if (found) return found;
    }
    return undefined;
  }

  arp(): Difference | undefined {
    const { space } = this.#comparison;
    for (const [hook, direction] of [
      ["input", "in"],
      ["output", "out"],
    ] as const) {
      const { meaning } = this.#comparison;
      const judged = meaning.judged(this.#state.program, arpTable, hook, nowhere);
      const within = space.family("arp").intersect(space.direction(direction));
      const found =
        this.#comparison.differs(judged?.passes ?? space.all, this.#planned, within, passing) ??
        (judged && this.#open(judged, within));
      if (found) return found;
    }
    return undefined;
  }

  #hook(hook: Hook, direction: Direction, planned: PacketSet): Difference | undefined {
    const going = this.#comparison.going(direction);
    for (const place of variations({ hasArrived: true, marks: [] })) {
      const { passes } = this.#judged(hook, place);
      const found = this.#comparison.differs(passes, planned, going, passing);
      if (found) return found;
    }
    return this.#refusing(this.#judged(hook, { hasArrived: true, marks: [] }), direction);
  }

  /** Whoever is refused is told as planned, and by a rule: a chain's policy is accept for a part of its making. */
  #refusing(judged: Judged, direction: Direction): Difference | undefined {
    const going = this.#comparison.going(direction);
    const refused = going.minus(judged.passes);
    const { reject, reset, log } = closing(this.#state.ruleset, direction, this.#comparison);
    const { rules, told } = judged;
    const told_ = told.map(({ set }) => set);
    const [only] = told;
    const isAsOften = log === undefined ? told.length === 0 : only?.log.count === log.count && only.log.per === log.per;
    return (
      this.#open(judged, going) ??
      this.#comparison.differs(rules.with("reset"), reset.intersect(refused), going, resetting) ??
      this.#comparison.differs(rules.with("reject"), reject.intersect(refused), going, rejecting) ??
      (isAsOften && told.length < 2 ? undefined : this.#comparison.some(refused, "it is not logged as planned")) ??
      (log &&
        this.#comparison.differs(this.#comparison.space.none.union(...told_), refused, going, {
          more: "it is logged, though it passes",
          less: "it is not logged as planned",
        }))
    );
  }

  #open({ rules, policy }: Judged, within: PacketSet): Difference | undefined {
    if (policy !== "drop") return this.#comparison.some(within, "the chain is open while it is made");
    return this.#comparison.some(rules.undecided().intersect(within), "no rule refuses it");
  }

  /** Of what the forward hook lets pass, the postrouting hook keeps nothing back: with the source that each packet leaves with. */
  #lostForwarded(): Difference | undefined {
    const { space } = this.#comparison;
    const { ruleset, filling } = this.#state;
    const planned = this.#comparison.planned(ruleset, filling);
    const going = this.#comparison.going("forward");
    const left = leavesAs(ruleset, this.#comparison);
    const isReply = space.is("connection", connections.numberOf("established-reply"));
    // An answer that goes the way of a masquerade without being of a connection that it opened would leave untranslated.
    const leftOut = planned.openings.intersect(isReply).intersect(left.masqueraded).minus(planned.replies);
    const isOfNoFlow = space.is("connection", connections.numberOf("related")).minus(flowErrors(ruleset, space));
    const isNone = isOfNoFlow.union(sentNowhere(ruleset, space));
    const wanted = planned.accepted.intersect(going).minus(leftOut).minus(isNone);
    const at = (source: boolean, isTranslated: boolean): PacketSet =>
      this.#judged("postrouting", {
        hasArrived: true,
        marks: [],
        isTranslated,
        isOurs: { source, destination: false },
      }).passes;
    const isOpened = wanted.intersect(left.masqueraded).minus(isReply);
    const isAnswer = wanted.intersect(isReply);
    const lost = [
      wanted.minus(isOpened).minus(left.answered).minus(at(false, false)),
      // The status of a connection stays with its answers.
      isAnswer.minus(left.answered).minus(at(false, true)),
      ...left.openings.map((opening) => isOpened.intersect(opening.lost(at(true, true)))),
      ...left.answers.map((answer) => wanted.intersect(answer.lost(at(answer.isOurs, false)))),
    ];
    // The kernel takes nothing from outside with an address of this machine, and forwards nothing to loopback.
    const martian = space.is("sourceLocality", 0).union(matched({ destination: { set: loopbackAddresses } }, space));
    return this.#comparison.some(
      space.none.union(...lost).minus(martian),
      "postrouting drops it, the plan lets it pass",
    );
  }

  /** Nothing of what the forward hook lets pass is kept back before its source is another one. */
  #lostUntranslated(): Difference | undefined {
    for (const place of variations({ hasArrived: true, marks: [] })) {
      const going = forwardedFrom(place, this.#comparison.going("forward"), this.#comparison.space);
      const { passes } = this.#judged("postrouting", place);
      const found = this.#comparison.alone(this.#planned, passes, going, "postrouting drops it, the plan lets it pass");
      if (found) return found;
    }
    return undefined;
  }

  #judged(hook: Hook, known: Partial<Place> & Pick<Place, "hasArrived" | "marks">): Judged {
    const { program, isOpen } = this.#state;
    const { meaning } = this.#comparison;
    return meaning.judged(program, this.#table, hook, { ...nowhere, isOpen, ...known }) ?? meaning.unjudged();
  }
}

const nowhere: Place = {
  hasArrived: true,
  isTranslated: false,
  isOurs: { source: false, destination: false },
  isOpen: true,
  marks: [],
};

/** Whatever nobody knows of a packet there. */
export const variations = (known: Pick<Place, "hasArrived" | "marks">): readonly Omit<Place, "isOpen">[] =>
  [true, false].flatMap((source) =>
    [true, false].flatMap((destination) =>
      [true, false].map((isTranslated) => ({ ...known, isTranslated, isOurs: { source, destination } })),
    ),
  );

export const resetting = { more: "the file resets its connection", less: "its connection is not reset as planned" };
export const rejecting = { more: "the file tells its sender", less: "its sender is not told as planned" };

interface Closing {
  readonly reject: PacketSet;
  readonly reset: PacketSet;
  readonly log: Rule["log"];
}

/** How the plan refuses what it refuses. */
export function closing({ rules }: Ruleset, direction: Direction, { space }: Comparison): Closing {
  const closed = rules.filter(
    (rule) => rule.stage === "closed" && rule.direction === direction && rule.match.family !== "arp",
  );
  let left = space.all;
  const sets = { reject: space.none, reset: space.none };
  for (const { match, verdict } of closed) {
    const set = matched(match, space).intersect(left);
    left = left.minus(set);
    if (verdict.kind !== "reject") continue;
    const kind = verdict.with === "tcp-reset" ? "reset" : "reject";
    sets[kind] = sets[kind].union(set);
  }
  return { ...sets, log: closed.find((rule) => rule.log)?.log };
}
