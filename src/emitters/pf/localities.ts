import type { AddressMatch, Locality, Match } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { type AddressSet, everything, intersect, subtract, union } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";

/** The addresses of both ends; absent: any. */
export interface Ends {
  readonly source?: End;
  readonly destination?: End;
}
interface End {
  readonly set: AddressSet;
  /** The list of the policy that the set is. */
  readonly list?: string;
}

/**
 * pf does not know what an address is to an interface. What leaves is taken to have an address of its interface, what arrives
 * to be for this machine, a group or everybody: the last two are told by their addresses. Undefined: there is no such packet.
 */
export function endsOf(match: Match, direction: "out" | "in"): Ends | undefined {
  const { source, destination, sourceLocality, destinationLocality } = match;
  if (direction === "out") {
    if (destinationLocality) throw new Error("what leaves is not asked whose its destination is");
    if (sourceLocality && !sourceLocality.includes("local")) return undefined;
  } else if (sourceLocality) throw new Error("what arrives is not asked whose its source is");
  const to = destinationLocality ? arriving(destination, destinationLocality) : destination && endOf(destination);
  if (to?.set.length === 0) return undefined;
  return { ...(source && { source: endOf(source) }), ...(to && { destination: to }) };
}

const endOf = ({ set, table }: AddressMatch): End => ({ set, ...(table !== undefined && { list: table }) });

const groups = constant("224.0.0.0/4", "ff00::/8");
const everybody = constant("255.255.255.255");

function arriving(said: AddressMatch | undefined, wanted: readonly Locality[]): End {
  const set = said?.set ?? families.map(everything);
  const shared = wanted.includes("local") ? set : intersect(set, union(groups, everybody));
  const leftOut = [wanted.includes("multicast") ? [] : groups, wanted.includes("broadcast") ? [] : everybody];
  return { set: subtract(shared, union(...leftOut)) };
}
