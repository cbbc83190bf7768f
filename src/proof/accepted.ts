import type { Direction, Match, Rule, Ruleset } from "../ir/ruleset.ts";
import { connections, directions } from "./dimensions.ts";
import { matched } from "./matched.ts";
import type { PacketSpace, TableBounds } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { opposite, reversed } from "./reversed.ts";

/**
 * Of tables that the runtime refreshes: `most` is everything that may ever pass, `least` what always does. A claim that
 * nothing leaks speaks of the most, a claim that something stays open of the least.
 */
export type Reach = "as-loaded" | "most" | "least";
/** `filled`: every table with all that it may ever hold. */
type Reading = Reach | "filled";

/** Every packet that passes: as an opening, or as the reply to one. */
export function accepted(ruleset: Ruleset, space: PacketSpace, reach: Reading = "as-loaded"): PacketSet {
  return openings(ruleset, space, reach).union(replies(ruleset, space, reach));
}

/** What a rule of the packet's own direction accepts. */
export const openings = (ruleset: Ruleset, space: PacketSpace, reach: Reading = "as-loaded"): PacketSet =>
  inEveryDirection(space, (direction) => {
    const rules = ruleset.rules.filter((rule) => rule.direction === direction);
    return acceptedByFirst(rules, (match) => match, space, reach);
  });

/** Established packets in reply direction that answer one which would be accepted as an opening. */
export function replies(ruleset: Ruleset, space: PacketSpace, reach: Reading = "as-loaded"): PacketSet {
  const answers = inEveryDirection(space, (direction) => {
    const rules = ruleset.rules.filter((rule) => rule.direction === opposite[direction] && countsForReplies(rule));
    return acceptedByFirst(rules, reversed, space, reach);
  });
  return answers.intersect(space.is("connection", connections.numberOf("established-reply")));
}

/** What no rule of its direction is about. A ruleset ends closed, so there is no such packet but forwarded ARP. */
export const undecided = (ruleset: Ruleset, space: PacketSpace): PacketSet =>
  inEveryDirection(space, (direction) => {
    const rules = ruleset.rules.filter((rule) => rule.direction === direction);
    return space.none.union(...rules.map(({ match }) => matched(match, space))).complement();
  });

/** Whose owner nobody knows, an accepting rule counts without it, a refusing rule with an owner not at all. */
export const countsForReplies = ({ match, verdict, replies }: Rule): boolean =>
  match.related === undefined && (verdict.kind === "accept" ? replies : match.owner === undefined);

/**
 * Where the first rule that matches accepts: from the last rule up, what accepts is added and what refuses is taken away.
 * Neighbours with one verdict are one rule, and a stage has one verdict, so there are few of them.
 */
function acceptedByFirst(
  rules: readonly Rule[],
  about: (match: Match) => Match,
  space: PacketSpace,
  reach: Reading,
): PacketSet {
  const runs: { readonly accepts: boolean; readonly sets: PacketSet[] }[] = [];
  for (const { match, verdict } of rules) {
    const accepts = verdict.kind === "accept";
    const set = matched(about(match), space, bounds[reach][accepts ? "accept" : "refuse"]);
    const run = runs.at(-1);
    if (run?.accepts === accepts) run.sets.push(set);
    else runs.push({ accepts, sets: [set] });
  }
  return runs.reduceRight((rest, { accepts, sets }) => {
    const run = space.none.union(...sets);
    return accepts ? run.union(rest) : rest.minus(run);
  }, space.none);
}

/** The most passes when accepting rules match the most and refusing ones the least. */
const bounds: Readonly<Record<Reading, Readonly<Record<"accept" | "refuse", TableBounds>>>> = {
  "as-loaded": { accept: "as-loaded", refuse: "as-loaded" },
  filled: { accept: "most", refuse: "most" },
  most: { accept: "most", refuse: "least" },
  least: { accept: "least", refuse: "most" },
};

const inEveryDirection = (space: PacketSpace, of: (direction: Direction) => PacketSet): PacketSet =>
  space.none.union(...directions.values.map((direction) => of(direction).intersect(space.direction(direction))));
