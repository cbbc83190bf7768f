import type { Interface } from "../ir/packet.ts";
import type { Direction, Match } from "../ir/ruleset.ts";
import { families } from "../net/address.ts";
import type { AddressSet } from "../net/address-set.ts";
import { constant } from "../net/parse-net.ts";
import { connections, fragments, localityAlphabet, rewriting, type Side } from "./dimensions.ts";
import { matched } from "./matched.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { possible } from "./possible.ts";

/** One place that packets cross, and the address that this machine has there: of a forwarded packet nothing is known. */
export interface Crossing {
  readonly arrival?: Interface;
  readonly leaving?: Interface;
  /** Unsaid where the description names addresses of its own. */
  readonly near?: AddressSet;
}

/**
 * Every new packet that is described, at one place: whole, not rewritten, between this machine and somebody else. Whatever the
 * description leaves open is any: owners and marks, ports, types, hop limits, addresses of others.
 */
export function described(direction: Direction, match: Match, at: Crossing, space: PacketSpace): PacketSet {
  const [near, far] = direction === "in" ? (["destination", "source"] as const) : (["source", "destination"] as const);
  const locality = (end: "source" | "destination", name: (typeof localityAlphabet.values)[number]) =>
    space.is(`${end}Locality`, localityAlphabet.numberOf(name));
  const own = at.near === undefined ? space.all : addressed(near, at.near, space);
  return [
    matched(match, space),
    space.direction(direction),
    crossing("in", at.arrival, space),
    crossing("out", at.leaving, space),
    crossing("routed", at.leaving, space),
    own,
    direction === "forward" ? space.all : locality(near, "local"),
    locality(far, "local").complement(),
    locality(far, "broadcast")
      .complement()
      .union(addressed(far, broadcast, space)),
    match[far] || at.leaving?.kind === "loopback" ? space.all : addressed(far, loopback, space).complement(),
    space.is("connection", connections.numberOf("new")),
    space.is("fragment", fragments.whole),
    space.is("rewritten", rewriting.no),
    possible(space),
  ].reduce((a, b) => a.intersect(b));
}

/** Nobody means them who does not say so. */
const loopback = constant("127.0.0.0/8", "::1");
/** Directed broadcasts are somebody's address as far as a description knows. */
const broadcast = constant("255.255.255.255");

function crossing(side: Side, device: Interface | undefined, space: PacketSpace): PacketSet {
  if (!device) return space.has(side).complement();
  const { interfaces, kinds } = space.names;
  return space
    .is(`${side}Name`, interfaces.classOf(device.name) + 1)
    .intersect(space.is(`${side}Kind`, kinds.classOf(device.kind)));
}

const addressed = (end: "source" | "destination", set: AddressSet, space: PacketSpace): PacketSet =>
  space.none.union(
    ...families.map((family) => space.address(end, family, set, space.all).intersect(space.family(family))),
  );
