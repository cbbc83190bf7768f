import type { Rule, Ruleset } from "../../ir/ruleset.ts";
import { connections, fragments } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Meaning } from "../readers/pf/meaning.ts";
import type { Program } from "../readers/pf/program.ts";
import { type Comparison, type Difference, passing as passingWords, type Words } from "./comparison.ts";
import { icmpErrors } from "./mac-packets.ts";
import { closing } from "./same-rules.ts";

/**
 * Holds what pf passes against a plan. pf remembers flows, and a plan says of each packet what it may be: so what passes is
 * within what is planned, and holds all that opens a flow, goes on with it or answers it. What is left between the two are
 * packets in the midst of a connection that nothing opened.
 */
export class SameOnMac {
  readonly #comparison: Comparison;
  readonly #meaning: Meaning;
  readonly #there: PacketSet;
  readonly #words: Words;

  /** `words`: how it is said that they differ. */
  constructor(comparison: Comparison, meaning: Meaning, there: PacketSet, words: Words = passingWords) {
    this.#comparison = comparison;
    this.#meaning = meaning;
    this.#there = there;
    this.#words = words;
  }

  difference(program: Program, ruleset: Ruleset): Difference | undefined {
    const passing = this.#meaning.passes(program).intersect(this.#there);
    const { accepted, openings } = this.#comparison.planned(ruleset, "as-loaded");
    const { space } = this.#comparison;
    const isAnswer = connection(space, "established-reply");
    const flows = this.#comparison.planned(asFlows(ruleset), "as-loaded");
    const isWhole = space.is("fragment", fragments.whole);
    const isError = connection(space, "related");
    const meant = openings
      .minus(isAnswer)
      .minus(isError)
      .union(flows.replies, openings.intersect(isError).intersect(this.#whereFlowsAre(flows.accepted.minus(isError))));
    return (
      this.#some(
        passing.minus(accepted).minus(this.#remembered(accepted)).minus(this.#piecesOnLoopback()),
        this.#words.more,
      ) ??
      this.#some(meant.intersect(isWhole).intersect(this.#there).minus(passing), this.#words.less) ??
      this.#telling(program, ruleset, this.#there.intersect(isWhole).minus(passing))
    );
  }

  /** Who sends what is refused is told as planned, or not. */
  #telling(program: Program, ruleset: Ruleset, refused: PacketSet): Difference | undefined {
    const { reject, reset } = closing(ruleset, "out", this.#comparison);
    const told = this.#meaning.told(program, "out");
    const within = this.#comparison.going("out").intersect(refused);
    return this.#comparison.differs(told, reject.union(reset), within, {
      more: "its sender is told, and should not be",
      less: "its sender is not told",
    });
  }

  /** Where scrub should not put them together after all, fragments pass on loopback alone. */
  #piecesOnLoopback(): PacketSet {
    const { space } = this.#comparison;
    const loopback = space.names.kinds.numberOf("loopback");
    return space
      .is("inKind", loopback)
      .union(space.is("outKind", loopback))
      .minus(space.is("fragment", fragments.whole));
  }

  /** On the interfaces that something flows through at all. */
  #whereFlowsAre(flows: PacketSet): PacketSet {
    const { space } = this.#comparison;
    const at = (direction: "in" | "out") =>
      flows
        .intersect(space.direction(direction))
        .intersect(this.#there)
        .project("direction", "family", `${direction}Name`, `${direction}Kind`);
    return at("in").union(at("out"));
  }

  /** What belongs to a flow, and pf asks no further: errors about it, and of ICMP any type. */
  #remembered(accepted: PacketSet): PacketSet {
    const { space } = this.#comparison;
    const isOfFlow = connection(space, "established-original", "established-reply");
    const icmp = accepted
      .intersect(space.is("protocol", 1, 58))
      .intersect(isOfFlow)
      .exists("icmpType", "icmpCode")
      .minus(icmpErrors(space));
    return icmp.union(connection(space, "related"));
  }

  #some(set: PacketSet, says: string): Difference | undefined {
    return this.#comparison.some(set, says);
  }
}

/**
 * An answer to what passes without a state is judged like any other packet. Where a rule names who sends, there are answers of
 * TCP and UDP alone: of nothing else macOS knows the sender.
 */
const asFlows = (ruleset: Ruleset): Ruleset => ({
  ...ruleset,
  rules: ruleset.rules.flatMap((rule): readonly Rule[] => {
    const { match, verdict, replies } = rule;
    if (verdict.kind !== "accept" || match.related !== undefined) return [rule];
    if (!replies) return [{ ...rule, verdict: { kind: "drop" }, match: withoutOwner(match) }];
    if (match.owner === undefined || match.transport !== undefined) return [rule];
    return (["tcp", "udp"] as const).map((kind) => ({ ...rule, match: { ...match, transport: { kind } } }));
  }),
});

const withoutOwner = ({ owner: _, ...match }: Rule["match"]) => match;

const connection = (space: PacketSpace, ...names: readonly (typeof connections.values)[number][]): PacketSet =>
  space.is("connection", ...names.map((name) => connections.numberOf(name)));
