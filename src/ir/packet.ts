import { formatAddress } from "../net/address.ts";
import { icmpTypes, icmpv6Types } from "../net/protocol.ts";
import type { Os } from "./policy.ts";
import type { Direction, Locality, Match } from "./ruleset.ts";

/** One packet as a firewall sees it, with every field that a `Match` can ask for. */
export interface Packet {
  readonly direction: Direction;
  readonly family: NonNullable<Match["family"]>;
  /** Where it arrived: `in` and `forward`. */
  readonly inInterface?: Interface;
  /** Where it really leaves: `out` and `forward`. */
  readonly outInterface?: Interface;
  /** For ARP the addresses that it tells (sender) and asks for (target). */
  readonly source: bigint;
  readonly destination: bigint;
  readonly sourceLocality: Locality;
  readonly destinationLocality: Locality;
  readonly payload: Payload;
  readonly hopLimit: number;
  readonly owner: Owner;
  readonly connection: Connection;
  /** The destination of its connection was rewritten; the packet shows the new one. */
  readonly rewritten?: true;
}

/** `kind` as the kernel names it, `loopback` for loopback; a plain network card has none. */
export interface Interface {
  readonly name: string;
  readonly kind?: string;
}

/** The number of a utun is known where it runs alone; until then each has a name that no interface has. */
export const utunName = ({ of }: { readonly of: string }): string => `utun-${of}`;

/** An IANA protocol number and what its header begins with. */
export interface Payload {
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
}

/** The fields of a socket are absent where no socket sent it, or where nobody knows. */
export interface Owner {
  readonly mark: number;
  readonly user?: number | string;
  readonly group?: number | string;
  readonly slice?: string;
  readonly program?: string;
  readonly service?: string;
}

/** What connection tracking says. `related`: an ICMP error about a tracked flow. */
export type Connection = "new" | "established-original" | "established-reply" | "related";

/** The packet that this one answers. An owner is known of packets that leave alone, so the answered one has none. */
export function reverse(packet: Packet): Packet {
  const { direction, family, inInterface, outInterface, payload, hopLimit } = packet;
  return {
    direction: opposite[direction],
    family,
    ...(outInterface && { inInterface: outInterface }),
    ...(inInterface && { outInterface: inInterface }),
    source: packet.destination,
    destination: packet.source,
    sourceLocality: packet.destinationLocality,
    destinationLocality: packet.sourceLocality,
    payload: reversePayload(payload),
    hopLimit,
    owner: { mark: 0 },
    connection: "established-original",
    ...(packet.rewritten && { rewritten: true }),
  };
}

const opposite: Readonly<Record<Direction, Direction>> = { out: "in", in: "out", forward: "forward" };

function reversePayload({ protocol, sourcePort, destinationPort, icmpType }: Payload): Payload {
  return {
    protocol,
    ...(destinationPort !== undefined && { sourcePort: destinationPort }),
    ...(sourcePort !== undefined && { destinationPort: sourcePort }),
    ...(icmpType !== undefined && { icmpType: partner(protocol, icmpType) }),
  };
}

/** Requests and the answers that connection tracking knows them by (RFC 792, RFC 4443). */
const partners: ReadonlyMap<number, readonly (readonly [number, number])[]> = new Map([
  [
    1,
    [
      [8, 0],
      [13, 14],
    ],
  ],
  [58, [[128, 129]]],
]);

function partner(protocol: number, type: number): number {
  const pair = partners.get(protocol)?.find((types) => types.includes(type));
  return pair ? (pair[0] === type ? pair[1] : pair[0]) : type;
}

/** One line: `out on eth0 from 192.168.1.2 40000 to 8.8.8.8 udp 53 user 1000 new`; of an owner what that system can tell. */
export function describe(packet: Packet, os: Os = "linux"): string {
  const { direction, family, inInterface, outInterface, payload, hopLimit, connection } = packet;
  const arp = family === "arp";
  const address = (value: bigint) => formatAddress({ family: arp ? "ipv4" : family, value });
  const port = payload.sourcePort === undefined ? "" : ` ${payload.sourcePort}`;
  return [
    direction,
    arp ? "arp" : "",
    inInterface && outInterface ? `from ${inInterface.name} to ${outInterface.name}` : "",
    !inInterface !== !outInterface ? `on ${(inInterface ?? outInterface)?.name}` : "",
    `from ${address(packet.source)}${port}${aside(packet.sourceLocality, "local")}`,
    `to ${address(packet.destination)}${aside(packet.destinationLocality, "elsewhere")}`,
    arp ? "" : describePayload(payload),
    hopLimit === 64 ? "" : `hop limit ${hopLimit}`,
    describeOwner(packet.owner, os),
    connection,
  ]
    .filter((word) => word !== "")
    .join(" ");
}

const aside = (locality: Locality, unsaid: Locality): string => (locality === unsaid ? "" : ` (${locality})`);

export function describePayload({ protocol, destinationPort, icmpType }: Payload): string {
  const name = protocolNames.get(protocol) ?? `protocol ${protocol}`;
  if (icmpType !== undefined) return `${name} ${icmpTypeName(protocol === 1 ? "icmp" : "icmpv6", icmpType)}`;
  return destinationPort === undefined ? name : `${name} ${destinationPort}`;
}

const protocolNames: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [58, "icmpv6"],
]);

/** IANA's name of a type, or its number. */
export const icmpTypeName = (kind: "icmp" | "icmpv6", type: number): string =>
  Object.entries(kind === "icmp" ? icmpTypes : icmpv6Types).find(([, number]) => number === type)?.[0] ?? `${type}`;

export const hex = (mark: number): string => `0x${mark.toString(16)}`;

/** `user 1000 mark 0x6b73`; empty for a packet that nobody owns, or whose owner has no name on that system. */
export function describeOwner({ mark, ...socket }: Owner, os: Os = "linux"): string {
  const words = Object.entries(socket).flatMap(([kind, value]) => (isTold(kind, os) ? [`${kind} ${value}`] : []));
  return [...words, ...(mark === 0 || os !== "linux" ? [] : [`mark ${hex(mark)}`])].join(" ");
}

/** A sample is of user 1000 wherever nothing asks, and Windows knows no numbers. */
const isTold = (kind: string, os: Os): boolean => os !== "windows" || kind === "program" || kind === "service";
