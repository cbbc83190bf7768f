import { type Family, families } from "../../net/address.ts";
import { complement, intersect, ofFamily, subtract, union } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import { icmpv6Types } from "../../net/protocol.ts";
import type { Path, Policy } from "../policy.ts";
import type { AddressMatch, InterfaceSet, Match, Rule } from "../ruleset.ts";
import { holds, type State } from "../states.ts";
import { links, outside, pathInterfaces } from "../zones.ts";
import { type PlanStage, pass, usesIpv6 } from "./rule.ts";

/** What a network needs before anything else works: neighbours, groups, an address. Each with types, addresses, both ports, hop limit; nothing wider. */
export const infrastructureStage: PlanStage = (policy, os, state) => {
  const neighbours = links(policy, os, state);
  const interfaces = (path: Path): InterfaceSet => pathInterfaces(path, policy, os, state);
  const openings = policy.allows.filter((allow) => holds(allow.while, state, policy));
  const needed = [
    ...addressResolution(),
    ...neighbourDiscovery(neighbours),
    ...(usesIpv6(policy) ? routerDiscovery(outside(policy, os, state)) : []),
    ...listenerDiscovery(neighbours),
    ...openings.flatMap(({ opening, id }) =>
      opening.kind === "dhcp" ? dhcp(interfaces(opening.path), state, id) : [],
    ),
    ...openings.flatMap(({ opening, id }) =>
      opening.kind === "dhcp-server" ? dhcpServer(interfaces(opening.path), state, id) : [],
    ),
    ...openings.flatMap(({ opening, id }) =>
      opening.kind === "router-advertisement" ? routerAdvertisement(interfaces(opening.path), id) : [],
    ),
    ...openings.flatMap(({ opening, id }) =>
      opening.kind === "discovery" ? groupMembership(interfaces(opening.path), id) : [],
    ),
  ];
  return withoutTunnelAddresses(needed, policy);
};

/** Nothing of it is said in the name of a tunnel's address, or hears what is meant for one. */
function withoutTunnelAddresses(rules: readonly Rule[], policy: Policy): readonly Rule[] {
  const hidden = union(...policy.tunnels.map((t) => (t.address.kind === "static" ? t.address.addresses : [])));
  const visible = families.map((family) => complement(hidden, family));
  return rules.map((rule) => {
    const [end, version] = [rule.direction === "out" ? "source" : "destination", familyOf(rule.match)] as const;
    const said = rule.match[end];
    if (ofFamily(hidden, version).length === 0 || (said && intersect(said.set, hidden).length === 0)) return rule;
    const set = said ? subtract(said.set, hidden) : (visible[families.indexOf(version)] ?? []);
    return { ...rule, match: { ...rule.match, [end]: { ...said, set } } };
  });
}

/** Each of these protocols belongs to one family; what does not say so has its addresses to tell. */
function familyOf({ family, transport, source, destination }: Match): Family {
  if (family === "ipv4" || family === "ipv6") return family;
  if (family === "arp") return "ipv4";
  if (transport?.kind === "icmpv6") return "ipv6";
  return (source ?? destination)?.set[0]?.family ?? "ipv4";
}

const address = (...texts: readonly string[]): AddressMatch => ({ set: constant(...texts) });

const types = (...names: readonly string[]): Match => ({
  transport: { kind: "icmpv6", types: names.map((n) => icmpv6Types[n] ?? 0) },
});

/** RFC 826. */
const addressResolution = (): Rule[] => [
  pass("infrastructure", "out", { family: "arp" }, "built-in-arp"),
  pass("infrastructure", "in", { family: "arp" }, "built-in-arp"),
];

/** RFC 4861: hop limit 255, so nobody beyond the link can have sent it. Redirects are left out: a neighbour could bend routes with them. */
function neighbourDiscovery(interfaces: InterfaceSet): Rule[] {
  const neighbours: Match = { ...types("nd-neighbor-solicit", "nd-neighbor-advert"), hopLimit: 255 };
  return [
    pass("infrastructure", "out", { outInterface: interfaces, ...neighbours }, "built-in-nd"),
    pass("infrastructure", "in", { inInterface: interfaces, ...neighbours }, "built-in-nd"),
  ];
}

/**
 * Routers are looked for outside: one that announces itself on an inside link would bend this machine's own routes. Asked are all
 * of the link (RFC 4861 6.3.7): to one address the question would be carried wherever that is.
 */
function routerDiscovery(interfaces: InterfaceSet): Rule[] {
  const solicit: Match = { destination: address("ff02::2"), ...types("nd-router-solicit"), hopLimit: 255 };
  const advert: Match = { source: address("fe80::/10"), ...types("nd-router-advert"), hopLimit: 255 };
  return [
    pass("infrastructure", "out", { outInterface: interfaces, ...solicit }, "built-in-nd"),
    pass("infrastructure", "in", { inInterface: interfaces, ...advert }, "built-in-nd"),
  ];
}

/** RFC 2710, RFC 3810: switches that snoop forward neighbour discovery only where reports are heard. */
function listenerDiscovery(interfaces: InterfaceSet): Rule[] {
  const from = "built-in-mld";
  const reports = types("mld-listener-report", "mld-listener-done", "mld2-listener-report");
  return [
    pass(
      "infrastructure",
      "out",
      { outInterface: interfaces, destination: address("ff02::/16"), ...reports, hopLimit: 1 },
      from,
    ),
    pass(
      "infrastructure",
      "in",
      { inInterface: interfaces, source: address("fe80::/10"), ...types("mld-listener-query"), hopLimit: 1 },
      from,
    ),
  ];
}

const udp = (source: number, destination: number): Match => ({
  transport: { kind: "udp", sourcePorts: ports(source), destinationPorts: ports(destination) },
});

/** RFC 2131, RFC 8415. A renewal is unicast and stays closed: the rebind is broadcast, so leases survive. */
function dhcp(interfaces: InterfaceSet, state: State, from: string): Rule[] {
  /** At boot only the broadcast form: what an address is to this machine is a kernel feature that lockdown does without. */
  const toUs: Match =
    state.mode === "lockdown"
      ? { destination: address("255.255.255.255") }
      : { destinationLocality: ["local", "broadcast"] };
  return [
    pass(
      "infrastructure",
      "out",
      { outInterface: interfaces, destination: address("255.255.255.255"), ...udp(68, 67) },
      from,
    ),
    pass(
      "infrastructure",
      "out",
      { outInterface: interfaces, source: address("fe80::/10"), destination: address("ff02::1:2"), ...udp(546, 547) },
      from,
    ),
    pass("infrastructure", "in", { family: "ipv4", inInterface: interfaces, ...toUs, ...udp(67, 68) }, from),
    pass(
      "infrastructure",
      "in",
      { inInterface: interfaces, source: address("fe80::/10"), destination: address("fe80::/10"), ...udp(547, 546) },
      from,
    ),
  ];
}

/** RFC 2236, RFC 3376: the groups of SSDP and mDNS are joined, or a snooping switch keeps their packets away. */
function groupMembership(interfaces: InterfaceSet, from: string): Rule[] {
  const igmp: Match = { transport: { kind: "protocol", number: 2 }, hopLimit: 1 };
  return [
    pass(
      "infrastructure",
      "out",
      {
        outInterface: interfaces,
        destination: address("224.0.0.2", "224.0.0.22", "224.0.0.251", "239.255.255.250"),
        ...igmp,
      },
      from,
    ),
    pass("infrastructure", "in", { inInterface: interfaces, destination: address("224.0.0.1"), ...igmp }, from),
  ];
}

/** Clients ask by broadcast or by the server's own address, and are answered wherever they are on the link. */
function dhcpServer(interfaces: InterfaceSet, state: State, from: string): Rule[] {
  const toUs: Match = state.mode === "lockdown" ? {} : { destinationLocality: ["local", "broadcast"] };
  const clients = address("fe80::/10");
  return [
    pass("infrastructure", "out", { family: "ipv4", outInterface: interfaces, ...udp(67, 68) }, from),
    pass(
      "infrastructure",
      "out",
      { outInterface: interfaces, source: clients, destination: clients, ...udp(547, 546) },
      from,
    ),
    pass("infrastructure", "in", { family: "ipv4", inInterface: interfaces, ...toUs, ...udp(68, 67) }, from),
    pass(
      "infrastructure",
      "in",
      { inInterface: interfaces, source: clients, destination: address("fe80::/10", "ff02::1:2"), ...udp(546, 547) },
      from,
    ),
  ];
}

/** This machine is the router of the link (RFC 4861 6): it advertises, is solicited, and hears which groups are wanted. */
function routerAdvertisement(interfaces: InterfaceSet, from: string): Rule[] {
  const reports = types("mld-listener-report", "mld-listener-done", "mld2-listener-report");
  return [
    pass(
      "infrastructure",
      "out",
      { outInterface: interfaces, source: address("fe80::/10"), ...types("nd-router-advert"), hopLimit: 255 },
      from,
    ),
    pass("infrastructure", "in", { inInterface: interfaces, ...types("nd-router-solicit"), hopLimit: 255 }, from),
    pass(
      "infrastructure",
      "in",
      { inInterface: interfaces, destination: address("ff02::/16"), ...reports, hopLimit: 1 },
      from,
    ),
  ];
}
