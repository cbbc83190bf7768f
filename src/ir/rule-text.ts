import { type AddressSet, everything, formatRange, formatSet, subtract } from "../net/address-set.ts";
import { formatPorts } from "../net/port-set.ts";
import type { Transport } from "../net/protocol.ts";
import { hex, icmpTypeName } from "./packet.ts";
import type { Identity } from "./policy.ts";
import { type AddressMatch, type InterfaceSet, type Locality, localities, type Rule } from "./ruleset.ts";

/** What a rule matches, in words close to the policy's: `out on wg0 to 10.64.0.1 icmp echo-request mark 0x6b700000`. */
export function ruleText({ direction, match }: Rule): string {
  const { inInterface, outInterface, source, destination, sourceLocality, destinationLocality, owner } = match;
  return [
    direction,
    match.family,
    direction === "forward" && inInterface ? `arriving ${interfaceText(inInterface)}` : undefined,
    interfaceText(direction === "in" ? inInterface : outInterface),
    source && `from ${addressText(source)}`,
    sourceLocality && `from ${localityText(sourceLocality)} address`,
    destination && `to ${addressText(destination)}`,
    destinationLocality && `to ${localityText(destinationLocality)} address`,
    match.transport && transportText(match.transport),
    match.hopLimit && `hop limit ${match.hopLimit}`,
    owner?.map((all) => all.map(describeIdentity).join(" and ")).join(" or "),
    match.rewritten && "rewritten",
    match.related && "about a tracked flow",
  ]
    .filter((word) => word !== undefined)
    .join(" ");
}

function interfaceText(interfaces: InterfaceSet | undefined): string | undefined {
  if (!interfaces) return undefined;
  if (interfaces.kind === "loopback") return "on loopback";
  const names = interfaces.zones.map((zone) => zone.name);
  return interfaces.kind === "one-of" ? `on ${names.join(", ")}` : `not on ${["loopback", ...names].join(", ")}`;
}

const mostRanges = 4;

/** A set that leaves out less than it names is said by what it leaves out. */
function addressText({ set, table }: AddressMatch): string {
  if (table !== undefined && (set.length > mostRanges || set.length === 0)) return `@${table}`;
  const spoken = [...new Set(set.map((range) => range.family))];
  const leftOut = subtract(spoken.map(everything), set);
  if (leftOut.length === 0 || leftOut.length >= set.length) return shortSet(set);
  const all = spoken.length === 2 ? "all" : spoken[0] === "ipv4" ? "all IPv4" : "all IPv6";
  return `${all} but ${shortSet(leftOut)}`;
}

function shortSet(set: AddressSet): string {
  const [first] = set;
  return first && set.length > mostRanges ? `${formatRange(first)} … (${set.length} ranges)` : formatSet(set);
}

function localityText(wanted: readonly Locality[]): string {
  const others = localities.filter((locality) => !wanted.includes(locality));
  return others.length === 1 ? `non-${others[0]}` : wanted.join(" or ");
}

function transportText(transport: Transport): string {
  switch (transport.kind) {
    case "protocol":
      return `protocol ${transport.number}`;
    case "icmp":
    case "icmpv6": {
      const { kind, types } = transport;
      return [kind, types?.map((type) => icmpTypeName(kind, type)).join(", ")].filter(Boolean).join(" ");
    }
    default: {
      const { kind, sourcePorts, destinationPorts } = transport;
      return [
        kind,
        destinationPorts && formatPorts(destinationPorts),
        sourcePorts && `from port ${formatPorts(sourcePorts)}`,
      ]
        .filter(Boolean)
        .join(" ");
    }
  }
}

export function describeIdentity(identity: Identity): string {
  switch (identity.kind) {
    case "mark": {
      const { value, mask } = identity;
      return `mark ${hex(value)}${mask === 0xffffffff ? "" : `/${hex(mask)}`}`;
    }
    case "user":
    case "group":
      return `${identity.kind} ${identity.id ?? identity.name}`;
    case "slice":
    case "program":
      return `${identity.kind} "${identity.path}"`;
    case "service":
      return `service "${identity.name}"`;
  }
}
