import type { Match, Ruleset } from "../../ir/ruleset.ts";
import { connections, localityAlphabet, rewriting } from "../dimensions.ts";
import { matched } from "../matched.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Hook, Place } from "../readers/iptables/asked.ts";
import { type Judged, Meaning } from "../readers/iptables/meaning.ts";
import type { End, Program, Rule, Table } from "../readers/iptables/program.ts";
import { type Comparison, type Difference, type Filling, passing } from "./comparison.ts";
import { answersToRedirected } from "./leaving.ts";
import { plannedChanges, type RewritingHook, rewrittenOtherwise } from "./same-rewrites.ts";
import { closing, rejecting, resetting } from "./same-rules.ts";

/** A chain of ours and the hook that calls it first. */
export interface OwnHook extends Hook {
  readonly own: string;
}

export const judgingHooks = {
  postrouting: { table: "mangle", chain: "POSTROUTING", own: "ksp_postrouting", sides: ["in", "out"] },
  output: { table: "filter", chain: "OUTPUT", own: "ksp_output", sides: ["out"] },
  input: { table: "filter", chain: "INPUT", own: "ksp_input", sides: ["in"] },
  forward: { table: "filter", chain: "FORWARD", own: "ksp_forward", sides: ["in", "out"] },
} as const satisfies Readonly<Record<string, OwnHook>>;

/** Only where a policy rewrites. */
export const rewritingHooks: Readonly<Record<RewritingHook, OwnHook>> = {
  prerouting: { table: "nat", chain: "PREROUTING", own: "ksp_prerouting", sides: ["in"] },
  output: { table: "nat", chain: "OUTPUT", own: "ksp_output", sides: ["out"] },
  postrouting: { table: "nat", chain: "POSTROUTING", own: "ksp_postrouting", sides: ["in", "out"] },
};

export interface IptablesState {
  readonly ruleset: Ruleset;
  readonly program: Program;
  readonly filling: Filling;
  /** Whether what the kernel closes by itself is still open. */
  readonly isOpen: boolean;
}

/** What passes where, of one ruleset: what its plan says, as each hook sees it. */
export class Wanted {
  readonly accepted: PacketSet;
  /** At INPUT, where answers to what was redirected have the source that was asked. */
  readonly arriving: PacketSet;
  /** Where our own queries are redirected and masqueraded: what leaves there, before it gets its source. */
  readonly untranslated: { readonly way: PacketSet; readonly most: PacketSet; readonly least: PacketSet };
  /** Our own queries with a new destination, where routing may not know of it yet. */
  readonly redirected: PacketSet;

  constructor(ruleset: Ruleset, comparison: Comparison, filling: Filling) {
    const { space } = comparison;
    const { rewrites } = ruleset;
    this.accepted = comparison.planned(ruleset, filling).accepted;
    const { all, passing: answered } = answersToRedirected(ruleset, this.accepted, comparison);
    this.arriving = this.accepted.minus(all).union(answered.intersect(comparison.going("in")));
    this.redirected = space.none.union(...queriesOf(ruleset).map((query) => matched(query, space)));
    const masquerades = rewrites.flatMap(({ direction, match, change }) => {
      if (direction !== "out" || change.kind !== "masquerade") return [];
      const way = matched(match, space);
      const as = this.accepted.intersect(way).intersect(matched(change.as, space));
      return [{ way, most: way.intersect(as.exists("source4", "source6", "sourceLocality")) }];
    });
    const most = space.none.union(...masquerades.map((one) => one.most));
    const way = space.none.union(...masquerades.map((one) => one.way));
    // What others redirect, and what answers somebody, is none of our queries: it may stay where it is.
    const asked = this.redirected.minus(space.is("connection", connections.numberOf("established-reply")));
    const least = this.accepted.intersect(way).union(most.intersect(asked));
    this.untranslated = { way, most, least };
  }
}

const queriesOf = ({ rewrites }: Ruleset): readonly Match[] =>
  rewrites.flatMap(({ direction, match: { transport }, change }) => {
    if (direction !== "out" || change.kind !== "destination") return [];
    const { family, value } = change.address;
    const destination = { set: [{ family, first: value, last: value }] };
    return [{ family, destination, ...(transport && { transport }), rewritten: true }];
  });

/** Whatever nobody knows of a packet there, as far as rules ask for it, or who sent it depends on it. */
function places({ tables }: Program, { table, chain }: OwnHook, isOpen: boolean): readonly Place[] {
  const asked = endsAskedBy(tables.get(table));
  const either = (end: End): readonly boolean[] =>
    asked.has(end) || (end === "source" && chain === "POSTROUTING") ? [true, false] : [false];
  return either("source").flatMap((source) =>
    either("destination").map((destination) => ({ isOpen, isOurs: { source, destination } })),
  );
}
const asks = new WeakMap<Table, ReadonlySet<End>>();

/** The ends of which rules of a table ask whether they are this machine's, on whichever interface. */
export function endsAskedBy(table: Table | undefined): ReadonlySet<End> {
  if (!table) return new Set();
  const asked = asks.get(table) ?? new Set([...table.values()].flat().flatMap(endsAsked));
  asks.set(table, asked);
  return asked;
}

const endsAsked = ({ conditions }: Rule): readonly End[] =>
  conditions.flatMap((asked) => (asked.kind === "locality" && asked.side === undefined ? [asked.end] : []));

/** What leaves and shows where it arrived was encapsulated by this machine: with an address of its own. */
export const leavingFrom = ({ isOurs }: Place, going: PacketSet, space: PacketSpace): PacketSet =>
  isOurs.source ? going : going.minus(space.has("in"));

/** Forwarded with a source that is not ours: the kernel takes nothing from outside with an address of this machine. */
export const forwardedFrom = ({ isOurs }: Place, going: PacketSet, space: PacketSpace): PacketSet =>
  isOurs.source ? space.none : going.minus(space.is("sourceLocality", localityAlphabet.numberOf("local")));

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
        comparison.some(passes.intersect(way).minus(most).intersect(going), passing.more) ??
        comparison.some(least.minus(passes).intersect(going), passing.less);
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
        comparison.some(accepted.union(redirected).minus(passes).intersect(going), passing.less) ??
        comparison.some(passes.minus(accepted).minus(isRewritten).intersect(going), passing.more) ??
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
      const found = this.#comparison.some(
        accepted.minus(passes).intersect(going),
        "POSTROUTING drops it, the plan lets it pass",
      );
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
