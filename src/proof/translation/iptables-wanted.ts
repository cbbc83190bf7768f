import type { Match, Ruleset } from "../../ir/ruleset.ts";
import { connections } from "../dimensions.ts";
import { matched } from "../matched.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Comparison, Filling } from "./comparison.ts";
import { answersToRedirected } from "./leaving.ts";

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
