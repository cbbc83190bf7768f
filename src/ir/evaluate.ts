import { contains } from "../net/address-set.ts";
import { anyCase } from "../net/any-case.ts";
import { containsPort, type PortSet } from "../net/port-set.ts";
import { protocolNumber, type Transport } from "../net/protocol.ts";
import { type Interface, type Owner, type Packet, type Payload, reverse, utunName } from "./packet.ts";
import type { Device, Identity, Tunnel } from "./policy.ts";
import type { AddressMatch, InterfaceSet, Match, Rule, Ruleset, Verdict, Zone } from "./ruleset.ts";

/**
 * What a ruleset means, for one packet at a time. Slow, plain, and the yardstick for everything that is fast.
 *
 * An absent field of a `Match` asks nothing. Without `family` a match speaks of IPv4 and IPv6, never of ARP; `icmp` is of
 * IPv4 alone, `icmpv6` of IPv6. The source and destination of ARP are the protocol addresses of sender and target.
 *
 * The first matching rule of the packet's direction decides. A packet passes when that rule accepts it, or when it is
 * established, goes in reply direction, and the packet that it answers (addresses, ports, localities and interfaces swapped,
 * echo-request for echo-reply) would be accepted as an opening by the rules of the opposite direction. Nobody knows the owner
 * of the answered packet: there an accepting rule counts without its owner, a refusing one with an owner not at all. Rules
 * about `related` packets and accepting rules without `replies` do not count there either.
 */
export function evaluate(ruleset: Ruleset, packet: Packet): Judgement {
  const rule = ruleset.rules.find((r) => r.direction === packet.direction && matches(r.match, packet));
  if (!rule) throw new Error(`the ruleset of ${ruleset.state} does not end closed for ${packet.direction}`);
  if (rule.verdict.kind !== "accept") {
    const opening = ruleOfAnswered(ruleset, packet);
    if (opening?.verdict.kind === "accept") return { verdict: opening.verdict, rule: opening, as: "reply" };
  }
  return { verdict: rule.verdict, rule, as: "opening" };
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The rule that decided; for a reply the rule that accepts its opening. */
  readonly rule: Rule;
  readonly as: "opening" | "reply";
}

/** For an established packet in reply direction: the first rule that counts for the packet that it answers. */
function ruleOfAnswered({ rules }: Ruleset, packet: Packet): Rule | undefined {
  if (packet.connection !== "established-reply") return undefined;
  const answered = reverse(packet);
  return rules.find(
    (rule) => rule.direction === answered.direction && countsForReplies(rule) && matchesUnowned(rule.match, answered),
  );
}

const countsForReplies = ({ match, verdict, replies }: Rule): boolean =>
  match.related === undefined && (verdict.kind === "accept" ? replies : match.owner === undefined);

/** Whether a packet has everything that a match asks for. */
export const matches = (match: Match, packet: Packet): boolean =>
  matchesUnowned(match, packet) && isOwnedBy(match.owner, packet.owner);

function matchesUnowned(match: Match, packet: Packet): boolean {
  return (
    isOfFamily(match, packet) &&
    crosses(match.inInterface, packet.inInterface) &&
    crosses(match.outInterface, packet.outInterface) &&
    isAmong(match.source, packet.source, packet) &&
    isAmong(match.destination, packet.destination, packet) &&
    (match.sourceLocality?.includes(packet.sourceLocality) ?? true) &&
    (match.destinationLocality?.includes(packet.destinationLocality) ?? true) &&
    isCarriedBy(match.transport, packet.payload) &&
    (match.hopLimit === undefined || match.hopLimit === packet.hopLimit) &&
    (match.rewritten === undefined || packet.rewritten === true) &&
    (match.related === undefined || packet.connection === "related")
  );
}

function isOfFamily({ family, transport }: Match, packet: Packet): boolean {
  if (family === undefined ? packet.family === "arp" : family !== packet.family) return false;
  if (transport?.kind === "icmp") return packet.family === "ipv4";
  return transport?.kind !== "icmpv6" || packet.family === "ipv6";
}

const isAmong = (wanted: AddressMatch | undefined, value: bigint, { family }: Packet): boolean =>
  wanted === undefined || contains(wanted.set, { family: family === "arp" ? "ipv4" : family, value });

function isCarriedBy(wanted: Transport | undefined, payload: Payload): boolean {
  if (!wanted) return true;
  if (protocolNumber(wanted) !== payload.protocol) return false;
  switch (wanted.kind) {
    case "tcp":
    case "udp":
      return (
        isPortAmong(wanted.sourcePorts, payload.sourcePort) &&
        isPortAmong(wanted.destinationPorts, payload.destinationPort)
      );
    case "icmp":
    case "icmpv6":
      return !wanted.types || (payload.icmpType !== undefined && wanted.types.includes(payload.icmpType));
    case "protocol":
      return true;
  }
}

const isPortAmong = (wanted: PortSet | undefined, port: number | undefined): boolean =>
  wanted === undefined || (port !== undefined && containsPort(wanted, port));

// ---- interfaces ----------------------------------------------------------------------------------------------------

function crosses(wanted: InterfaceSet | undefined, device: Interface | undefined): boolean {
  if (!wanted) return true;
  if (!device) return false;
  const isLoopback = device.kind === "loopback";
  switch (wanted.kind) {
    case "loopback":
      return isLoopback;
    case "one-of":
      return !isLoopback && wanted.zones.some((zone) => belongsTo(zone, device));
    case "none-of":
      return !isLoopback && !wanted.zones.some((zone) => belongsTo(zone, device));
  }
}

/** Whether an interface is one of a zone. */
export const belongsTo = ({ devices, protocol }: Zone, device: Interface): boolean =>
  devices.some((d) => isNamed(d, device.name)) && (protocol === undefined || hasKindOf(protocol, device));

function isNamed(device: Device, name: string): boolean {
  switch (device.kind) {
    case "named":
      return device.name === name;
    case "prefix":
      return name.startsWith(device.prefix);
    case "utun":
      return name === utunName(device);
  }
}

/** What the kernel calls the interfaces of each protocol. A tun serves WireGuard, too: its userland form is one. */
const interfaceKinds: Readonly<Record<Exclude<Tunnel["protocol"], "other">, readonly string[]>> = {
  wireguard: ["wireguard", "tun"],
  openvpn: ["tun", "ovpn", "ovpn-dco"],
  ipsec: ["xfrm", "vti", "vti6"],
};

const hasKindOf = (protocol: Tunnel["protocol"], { kind }: Interface): boolean =>
  protocol === "other" || (kind !== undefined && interfaceKinds[protocol].includes(kind));

// ---- owners --------------------------------------------------------------------------------------------------------

const isOwnedBy = (wanted: Match["owner"], owner: Owner): boolean =>
  wanted === undefined || wanted.some((all) => all.every((identity) => isIdentity(identity, owner)));

function isIdentity(identity: Identity, owner: Owner): boolean {
  switch (identity.kind) {
    case "mark":
      return (owner.mark & identity.mask) >>> 0 === identity.value;
    case "user":
    case "group":
      return owner[identity.kind] !== undefined && owner[identity.kind] === (identity.id ?? identity.name);
    case "slice":
      return owner.slice === identity.path;
    case "program":
      return isInAnyCase(identity.path, owner.program);
    case "service":
      return isInAnyCase(identity.name, owner.service);
  }
}

const isInAnyCase = (wanted: string, name: string | undefined): boolean =>
  name === wanted || (name !== undefined && anyCase(name) === anyCase(wanted));
