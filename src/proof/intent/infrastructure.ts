import type { Opening } from "../../ir/policy.ts";
import type { AddressMatch, Direction, InterfaceSet, Match } from "../../ir/ruleset.ts";
import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Said } from "./said.ts";
import type { View } from "./view.ts";

/**
 * What a link needs before anything else can work, never from or for an address of a tunnel. None of it is a flow: answers are
 * messages of their own.
 */
export function infrastructure(said: Said, view: View): PacketSet {
  const { places, policy, hops, isBoot } = said;
  const on = (where: InterfaceSet, messages: readonly Message[]) => sent(view, where, messages);
  const allowed = policy.allows
    .filter((allow) => hops.holds(allow.while))
    .flatMap(({ opening }) => ("path" in opening ? on(places.on(opening.path), messagesOf(opening.kind, isBoot)) : []));
  const all = view.space.none.union(
    view.single("out", { family: "arp" }),
    view.single("in", { family: "arp" }),
    ...on(places.links(), [...neighbours, ...groups]),
    ...(said.usesIpv6() ? on(places.outside(), routers) : []),
    ...allowed,
  );
  return all.minus(ofTunnels(said, view));
}

/** What switches listen to before they forward mDNS and SSDP. */
export const groupMembership = (said: Said, view: View): PacketSet =>
  view.space.none
    .union(...said.discovery().flatMap((where) => sent(view, where, memberships)))
    .minus(ofTunnels(said, view));

/** From a tunnel's address, or for one. ARP (RFC 826) tells the sender's and asks for the target's. */
function ofTunnels(said: Said, view: View): PacketSet {
  const own = { set: said.hidden() };
  return view.space.none.union(
    view.closed("out", { source: own }),
    view.closed("in", { destination: own }),
    view.closed("out", { family: "arp", source: own }),
    view.closed("in", { family: "arp", destination: own }),
  );
}

const sent = (view: View, where: InterfaceSet, messages: readonly Message[]): readonly PacketSet[] =>
  messages.map(([direction, match]) => view.single(direction, { ...match, ...crossing(direction, where) }));

type Message = readonly ["out" | "in", Match];

const crossing = (direction: Direction, where: InterfaceSet): Match =>
  direction === "out" ? { outInterface: where } : { inInterface: where };

function messagesOf(kind: Opening["kind"], isBoot: boolean): readonly Message[] {
  switch (kind) {
    case "dhcp":
      return dhcp(isBoot);
    case "dhcp-server":
      return dhcpServer(isBoot);
    case "router-advertisement":
      return advertisements;
    default:
      return [];
  }
}

const at = (...texts: readonly string[]): AddressMatch => ({ set: constant(...texts) });
const onLink = at("fe80::/10");
const linkGroups = at("ff02::/16");
const broadcast = at("255.255.255.255");

const icmpv6 = (hopLimit: 1 | 255, ...types: readonly number[]): Match => ({
  transport: { kind: "icmpv6", types },
  hopLimit,
});

/** Neighbour solicitation and advertisement (RFC 4861 4.3, 4.4); never redirects. */
const neighbours: readonly Message[] = [
  ["out", icmpv6(255, 135, 136)],
  ["in", icmpv6(255, 135, 136)],
];
/** Router solicitation and advertisement (RFC 4861 4.1, 4.2); the first to all routers of the link. */
const routers: readonly Message[] = [
  ["out", { ...icmpv6(255, 133), destination: at("ff02::2") }],
  ["in", { ...icmpv6(255, 134), source: onLink }],
];
/** Multicast listener reports, done, and queries (RFC 2710, RFC 3810). */
const groups: readonly Message[] = [
  ["out", { ...icmpv6(1, 131, 132, 143), destination: linkGroups }],
  ["in", { ...icmpv6(1, 130), source: onLink }],
];
/** As the router of a link. */
const advertisements: readonly Message[] = [
  ["out", { ...icmpv6(255, 134), source: onLink }],
  ["in", icmpv6(255, 133)],
  ["in", { ...icmpv6(1, 131, 132, 143), destination: linkGroups }],
];
/** IGMP (RFC 2236, RFC 3376): leave, report of version 3, and the groups of mDNS and SSDP. */
const igmp: Match = { transport: { kind: "protocol", number: 2 }, hopLimit: 1 };
const memberships: readonly Message[] = [
  ["out", { ...igmp, destination: at("224.0.0.2", "224.0.0.22", "224.0.0.251", "239.255.255.250") }],
  ["in", { ...igmp, destination: at("224.0.0.1") }],
];

const udp = (from: number, to: number): Match => ({
  transport: { kind: "udp", sourcePorts: ports(from), destinationPorts: ports(to) },
});

/** RFC 2131, RFC 8415. At boot nothing is known of which address is whose. */
const dhcp = (isBoot: boolean): readonly Message[] => [
  ["out", { ...udp(68, 67), destination: broadcast }],
  ["in", { ...udp(67, 68), family: "ipv4", ...(isBoot ? { destination: broadcast } : toUs) }],
  ["out", { ...udp(546, 547), source: onLink, destination: at("ff02::1:2") }],
  ["in", { ...udp(547, 546), source: onLink, destination: onLink }],
];
const dhcpServer = (isBoot: boolean): readonly Message[] => [
  ["in", { ...udp(68, 67), family: "ipv4", ...(!isBoot && toUs) }],
  ["out", { ...udp(67, 68), family: "ipv4" }],
  ["in", { ...udp(546, 547), source: onLink, destination: at("fe80::/10", "ff02::1:2") }],
  ["out", { ...udp(547, 546), source: onLink, destination: onLink }],
];
const toUs: Match = { destinationLocality: ["local", "broadcast"] };
