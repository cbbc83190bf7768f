import type { Match, Rewrite, Rule, Ruleset } from "../../ir/ruleset.ts";
import { connections, localityAlphabet, rewriting } from "../dimensions.ts";
import { matched } from "../matched.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Place } from "../readers/nft/asked.ts";
import { reversed } from "../reversed.ts";
import type { Comparison } from "./comparison.ts";
import { letsPass, renewedBy } from "./flows.ts";

/** With which source forwarded packets leave, as the rewrites of a ruleset have it. */
export interface LeavesAs {
  /** What goes the way of a masquerade. */
  readonly masqueraded: PacketSet;
  readonly openings: readonly Left[];
  /** Answers to what had another destination first, and errors about it: they leave as that one. */
  readonly answered: PacketSet;
  readonly answers: readonly (Left & { readonly isOurs: boolean })[];
}
interface Left {
  /** The packets that may be lost, when only these pass with the source that they leave with. */
  readonly lost: (passes: PacketSet) => PacketSet;
}

export function leavesAs({ rewrites, rules }: Ruleset, comparison: Comparison): LeavesAs {
  const { space } = comparison;
  const openings = rewrites.flatMap((rewrite) => masquerade(rewrite, comparison));
  const answers = rewrites.flatMap((rewrite) => answer(rewrite, rules, comparison));
  return {
    masqueraded: space.none.union(...openings.map(({ set }) => set)),
    openings,
    answered: space.none.union(...answers.map(({ set }) => set)),
    answers,
  };
}

/**
 * Of what leaves, the packets that there are where this is known of them. What shows an arriving interface was encapsulated
 * by this machine: with an address of its own, and nobody translated it.
 */
export function leavingAt(
  { isTranslated, isOurs }: Pick<Place, "isTranslated" | "isOurs">,
  translated: PacketSet,
  comparison: Comparison,
): PacketSet {
  const going = comparison.going("out");
  const made = isOurs.source && !isTranslated ? going : going.minus(comparison.space.has("in"));
  return isTranslated ? made.intersect(translated) : made;
}

type Way = Left & { readonly set: PacketSet };
type Answering = Way & { readonly isOurs: boolean };

/** The kernel takes an address of the leaving interface. An error about a flow is translated with the flow, whoever sends it. */
function masquerade({ match, change }: Rewrite, { space }: Comparison): readonly Way[] {
  if (change.kind !== "masquerade") return [];
  const { inInterface, outInterface, rewritten } = match;
  const way = matched(
    {
      ...(inInterface && { inInterface }),
      ...(outInterface && { outInterface }),
      ...(rewritten && { rewritten }),
    },
    space,
  );
  const isError = space.is("connection", connections.numberOf("related"));
  const set = matched(match, space).union(way.intersect(isError));
  const as = matched(change.as, space).intersect(space.is("sourceLocality", localityAlphabet.numberOf("local")));
  const fields = ["source4", "source6", "sourceLocality"];
  return [{ set, lost: (passes) => set.intersect(as.minus(passes).exists(...fields)) }];
}

/**
 * conntrack puts the first destination back, and its port; before an error about the flow, too, whoever sends it. Both
 * come back the way that the flow went, by where its statement lets it leave.
 */
function answer(rewrite: Rewrite, rules: readonly Rule[], { space }: Comparison): readonly Answering[] {
  const { match, sparesThisMachine } = rewrite;
  const renewed = renewedBy(rewrite);
  if (!renewed) return [];
  const { inInterface, destination, destinationLocality, family } = match;
  const way: Match = { ...(inInterface && { inInterface }), ...(family && { family }) };
  const first: Match = {
    ...way,
    ...(destination && { destination }),
    ...(destinationLocality && { destinationLocality }),
  };
  const answering = (connection: "established-reply" | "related", seen: Match, leaving: Match): Answering => {
    const isRewritten = space
      .is("connection", connections.numberOf(connection))
      .intersect(space.is("rewritten", rewriting.yes));
    const set = matched(reversed(seen), space).intersect(isRewritten);
    const as = matched(reversed(leaving), space).intersect(isRewritten);
    const fields = ["source4", "source6", "sourceLocality", "sourcePort"];
    return { set, isOurs: !sparesThisMachine, lost: (passes) => set.intersect(as.minus(passes).exists(...fields)) };
  };
  const went = rules
    .filter((rule) => letsPass(rule, rewrite))
    .map(({ match: { outInterface } }): Match => (outInterface ? { outInterface } : {}));
  return went.flatMap((out) => [
    answering("established-reply", { ...renewed, ...out }, { ...match, ...out }),
    answering("related", { ...way, ...out }, { ...first, ...out }),
  ]);
}

/**
 * Answers to our own queries that were redirected and masqueraded. `input` sees them with the source that was asked with,
 * and the plan speaks of the one that the masquerade gave: of the packets, those that it lets pass so.
 */
export function answersToRedirected(
  { rewrites }: Ruleset,
  planned: PacketSet,
  { space }: Comparison,
): { readonly all: PacketSet; readonly passing: PacketSet } {
  const isReply = space.is("connection", connections.numberOf("established-reply"));
  const redirected = rewrites.filter(({ direction, change }) => direction === "out" && change.kind === "destination");
  const queries = redirected.flatMap(({ match: { transport }, change }): readonly Match[] => {
    if (change.kind !== "destination") return [];
    const { family, value } = change.address;
    return [
      {
        family,
        destination: { set: [{ family, first: value, last: value }] },
        ...(transport && { transport }),
        rewritten: true,
      },
    ];
  });
  const answers = rewrites.flatMap(({ direction, match, change }) => {
    if (direction !== "out" || change.kind !== "masquerade") return [];
    const way = matched(reversed(match), space);
    const all = space.none
      .union(...queries.map((query) => matched(reversed(query), space)))
      .intersect(way)
      .intersect(isReply);
    const as = planned.intersect(matched(reversed(change.as), space));
    return [
      { all, passing: all.intersect(as.intersect(all).exists("destination4", "destination6", "destinationLocality")) },
    ];
  });
  return {
    all: space.none.union(...answers.map(({ all }) => all)),
    passing: space.none.union(...answers.map(({ passing }) => passing)),
  };
}
