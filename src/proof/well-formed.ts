import { constant } from "../net/parse-net.ts";
import { fragments, localityAlphabet, sides } from "./dimensions.ts";
import type { PacketSpace } from "./packet-space.ts";
import { icmpProtocols, protocolsWithPorts } from "./packet-values.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { ownerFields } from "./vocabulary.ts";

/**
 * The packets that can exist. Whatever is in doubt stays: a claim is then proved of more than there is. A field that a
 * packet has not is 0, so that two packets that look the same are the same.
 */
export function wellFormed(space: PacketSpace): PacketSet {
  const known = made.get(space);
  if (known) return known;
  const all = [
    crossing(space),
    addresses(space),
    groups(space),
    payload(space),
    unless(space.direction("forward"), ...ownerFields.map((field) => space.is(field, 0))),
  ].reduce((a, b) => a.intersect(b));
  made.set(space, all);
  return all;
}

const made = new WeakMap<PacketSpace, PacketSet>();

/** Where the first holds, all others do. */
export const unless = (condition: PacketSet, ...sets: readonly PacketSet[]): PacketSet =>
  condition.complement().union(sets.reduce((a, b) => a.intersect(b)));

/** What leaves has an interface to leave by, what arrives one where it arrived. What a tunnel encapsulates has both. */
function crossing(space: PacketSpace): PacketSet {
  const [has, hasNot] = [
    (side: "in" | "out" | "routed") => space.has(side),
    (side: "in" | "out" | "routed") => space.has(side).complement(),
  ];
  const leaves = has("out").intersect(has("routed"));
  const staysOut = hasNot("out").intersect(hasNot("routed"));
  return [
    unless(space.direction("out"), leaves),
    unless(space.direction("in"), has("in"), staysOut),
    unless(space.direction("forward"), has("in"), leaves, space.family("arp").complement()),
    ...sides.map((side) => unless(hasNot(side), space.is(`${side}Kind`, 0))),
  ].reduce((a, b) => a.intersect(b));
}

function addresses(space: PacketSpace): PacketSet {
  const no = (version: 4 | 6) => space.without(`source${version}`).intersect(space.without(`destination${version}`));
  return unless(space.family("ipv6"), no(4)).intersect(unless(space.family("ipv4", "arp"), no(6)));
}

const multicast = constant("224.0.0.0/4", "ff00::/8");
const broadcast = constant("255.255.255.255");

/** An address of a group is multicast everywhere, and nothing else is. */
function groups(space: PacketSpace): PacketSet {
  const locality = (end: "source" | "destination", name: "multicast" | "broadcast") =>
    space.is(`${end}Locality`, localityAlphabet.numberOf(name));
  const ends = (["source", "destination"] as const).flatMap((end) =>
    (["ipv4", "ipv6"] as const).map((family) => {
      const isGroup = space.address(end, family, multicast, space.all);
      const isMulticast = locality(end, "multicast");
      const differs = isGroup.symmetricDifference(isMulticast);
      const isWrong = differs.union(space.address(end, family, broadcast, space.all).minus(locality(end, "broadcast")));
      return unless(space.family(family), isWrong.complement());
    }),
  );
  return ends.reduce((a, b) => a.intersect(b));
}

/** Ports and types stand in the first fragment, and only in protocols that have them. */
function payload(space: PacketSpace): PacketSet {
  const shown = space.is("fragment", fragments.later).complement();
  const hasPorts = space.is("protocol", ...protocolsWithPorts).intersect(shown);
  const hasType = space.is("protocol", ...icmpProtocols).intersect(shown);
  return [
    unless(hasPorts.complement(), space.is("sourcePort", 0), space.is("destinationPort", 0)),
    unless(hasType.complement(), space.is("icmpType", 0), space.is("icmpCode", 0)),
    unless(space.family("arp"), space.is("protocol", 0), space.is("fragment", fragments.whole)),
  ].reduce((a, b) => a.intersect(b));
}
