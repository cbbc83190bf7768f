import { type Address, type Family, families, formatAddress, parseAddress } from "../net/address.ts";
import { type AddressSet, formatRange, ofFamily } from "../net/address-set.ts";
import { formatPort, type PortSet } from "../net/port-set.ts";
import { protocolNumber, type Transport } from "../net/protocol.ts";
import { describeOwner, describePayload, type Owner, type Packet, type Payload } from "./packet.ts";
import type { Identity, Os, PacketPattern, Policy } from "./policy.ts";
import { farLocality, firstOf, nearLocality, type Vantage } from "./vantage.ts";

/** A pattern made concrete: what it leaves open is filled in with the usual, and said. */
export interface Sample {
  readonly text: string;
  /** `arrival`: where a forwarded packet comes in; unsaid, by an interface that no policy names. */
  at(vantage: Vantage, arrival?: Vantage): Packet;
}

/** A new packet of the pattern: of user 1000 without a mark unless it names an owner, hop limit 64, the first address and port of each set. */
export function sampleOf(pattern: PacketPattern, policy: Policy, os: Os): Sample {
  const { direction } = pattern;
  const family = familyOf(pattern);
  const owner = ownerOf(pattern, policy, os);
  const { payload, note } = payloadOf(pattern.transport, family);
  const [nearSet, farSet] =
    direction === "in" ? [pattern.destination, pattern.source] : [pattern.source, pattern.destination];
  /** The near end of a forwarded packet is another machine. */
  const near = first(nearSet, family) ?? (direction === "forward" ? neighbour[family] : undefined);
  const far = first(farSet, family) ?? stranger[family];
  const ends = [near ? endText(near, nearSet) : "the interface's own address", endText(far, farSet)];
  const [from, to] = direction === "in" ? ends.reverse() : ends;
  const text = [
    direction,
    direction === "out" ? describeOwner(owner, os) : "",
    `from ${from}`,
    payload.sourcePort === undefined ? "" : `port ${payload.sourcePort}`,
    `to ${to}`,
    `${describePayload(payload)}${note}`,
    "hop limit 64, new connection",
  ];
  return {
    text: text.filter((word) => word !== "").join(" "),
    at(vantage, arrival) {
      const own = near ?? vantage.own[family] ?? neighbour[family];
      const nearEnd = {
        address: own,
        locality: near ? (direction === "forward" ? farLocality : nearLocality)(own, vantage, policy) : "local",
      } as const;
      const farEnd = { address: far, locality: farLocality(far, vantage) };
      const [source, destination] = direction === "in" ? [farEnd, nearEnd] : [nearEnd, farEnd];
      return {
        direction,
        family,
        ...(direction === "in" && { inInterface: vantage.device }),
        ...(direction === "forward" && { inInterface: arrival?.device ?? { name: "inside0" } }),
        ...(direction !== "in" && { outInterface: vantage.device }),
        source: source.address.value,
        destination: destination.address.value,
        sourceLocality: source.locality,
        destinationLocality: destination.locality,
        payload,
        hopLimit: 64,
        owner: direction === "out" ? owner : { mark: 0 },
        connection: "new",
      };
    },
  };
}

const known = (text: string): Address => {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return address;
};
/** Somebody on the internet (RFC 5737, RFC 3849), and somebody nearby. */
const stranger: Readonly<Record<Family, Address>> = { ipv4: known("192.0.2.1"), ipv6: known("2001:db8::1") };
const neighbour: Readonly<Record<Family, Address>> = { ipv4: known("192.168.1.2"), ipv6: known("fe80::2") };

/** The first family that all parts of a pattern can have. */
function familyOf({ source, destination, transport }: PacketPattern): Family {
  if (transport?.kind === "icmpv6") return "ipv6";
  const speaks = (set: AddressSet | undefined, family: Family) => !set || ofFamily(set, family).length > 0;
  return families.find((family) => speaks(source, family) && speaks(destination, family)) ?? "ipv4";
}

function first(set: AddressSet | undefined, family: Family): Address | undefined {
  const [range] = ofFamily(set ?? [], family);
  return range && firstOf(range);
}

function endText(address: Address, set: AddressSet | undefined): string {
  const text = formatAddress(address);
  const [range, ...others] = ofFamily(set ?? [], address.family);
  if (!range || (others.length === 0 && range.first === range.last)) return text;
  return `${text} (first of ${formatRange(range)}${others.length > 0 ? ", …" : ""})`;
}

function payloadOf(
  transport: Transport | undefined,
  family: Family,
): { readonly payload: Payload; readonly note: string } {
  const protocol = transport ? protocolNumber(transport) : 6;
  if (transport?.kind === "icmp" || transport?.kind === "icmpv6") {
    const [type] = transport.types ?? [];
    return { payload: { protocol, icmpType: type ?? (family === "ipv4" ? 8 : 128) }, note: "" };
  }
  if (protocol !== 6 && protocol !== 17) return { payload: { protocol }, note: "" };
  const { sourcePorts, destinationPorts }: { readonly sourcePorts?: PortSet; readonly destinationPorts?: PortSet } =
    transport?.kind === "tcp" || transport?.kind === "udp" ? transport : {};
  const [range] = destinationPorts ?? [];
  const payload = {
    protocol,
    sourcePort: sourcePorts?.[0]?.first ?? 40000,
    destinationPort: range?.first ?? 443,
  };
  const isMany = range && (range.first !== range.last || (destinationPorts?.length ?? 0) > 1);
  return {
    payload,
    note: isMany ? ` (first of ${formatPort(range)}${(destinationPorts?.length ?? 0) > 1 ? ", …" : ""})` : "",
  };
}

function ownerOf({ owner, app }: PacketPattern, policy: Policy, os: Os): Owner {
  const identity = owner ?? policy.apps.find(({ name }) => name === app)?.identity[os];
  return { mark: 0, user: 1000, ...(identity && ownedBy(identity)) };
}

function ownedBy(identity: Identity): Partial<Owner> {
  switch (identity.kind) {
    case "mark":
      return { mark: identity.value };
    case "user":
    case "group": {
      const value = identity.id ?? identity.name;
      return value === undefined ? {} : { [identity.kind]: value };
    }
    case "slice":
    case "program":
      return { [identity.kind]: identity.path };
    case "service":
      return { service: identity.name };
  }
}
