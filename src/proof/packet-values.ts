import type { Interface, Owner, Packet, Payload } from "../ir/packet.ts";
import {
  connections,
  directions,
  fragments,
  localityAlphabet,
  type Names,
  packetFamilies,
  rewriting,
  type Side,
} from "./dimensions.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { ownerFields } from "./vocabulary.ts";

/** Protocols that begin with two ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
export const protocolsWithPorts: readonly number[] = [6, 17, 33, 132, 136];
export const icmpProtocols: readonly number[] = [1, 58];

/** Whether a packet is in a set; it counts as routed to where it leaves. */
export const contains = (set: PacketSet, packet: Packet, space: PacketSpace): boolean =>
  set.has(valuesOf(packet, space));

/** A packet without the ports or the type of its protocol is a later fragment. */
export function valuesOf(packet: Packet, { layout, names, classes }: PacketSpace): readonly bigint[] {
  const { family, inInterface, outInterface, source, destination, payload, owner } = packet;
  const { protocol, sourcePort, destinationPort, icmpType } = payload;
  const isIpv6 = family === "ipv6";
  const hasPorts = sourcePort !== undefined && destinationPort !== undefined;
  if (!hasPorts && (sourcePort !== undefined || destinationPort !== undefined))
    throw new Error("a packet has both ports or none");
  const isLater =
    (protocolsWithPorts.includes(protocol) && !hasPorts) ||
    (icmpProtocols.includes(protocol) && icmpType === undefined);
  const values: Readonly<Record<string, number | bigint>> = {
    direction: directions.numberOf(packet.direction),
    family: packetFamilies.numberOf(family),
    ...interfaceValues("in", inInterface, names),
    ...interfaceValues("out", outInterface, names),
    ...interfaceValues("routed", outInterface, names),
    connection: connections.numberOf(packet.connection),
    sourceLocality: localityAlphabet.numberOf(packet.sourceLocality),
    destinationLocality: localityAlphabet.numberOf(packet.destinationLocality),
    rewritten: packet.rewritten ? rewriting.yes : rewriting.no,
    destination4: isIpv6 ? 0n : classes.ipv4.codeOf(destination),
    destination6: isIpv6 ? classes.ipv6.codeOf(destination) : 0n,
    source4: isIpv6 ? 0n : classes.ipv4.codeOf(source),
    source6: isIpv6 ? classes.ipv6.codeOf(source) : 0n,
    protocol,
    fragment: isLater ? fragments.later : fragments.whole,
    destinationPort: protocolsWithPorts.includes(protocol) ? (destinationPort ?? 0) : 0,
    sourcePort: protocolsWithPorts.includes(protocol) ? (sourcePort ?? 0) : 0,
    icmpType: icmpProtocols.includes(protocol) ? (icmpType ?? 0) : 0,
    icmpCode: 0,
    hopLimit: packet.hopLimit,
    ...Object.fromEntries(ownerFields.map((field) => [field, names.owners[field].classOf(owner[field])])),
    mark: owner.mark,
  };
  return layout.dimensions.map(({ name }) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a packet has no ${name}`);
    return BigInt(value);
  });
}

function interfaceValues(side: Side, device: Interface | undefined, { interfaces, kinds }: Names) {
  return {
    [`${side}Name`]: device ? interfaces.classOf(device.name) + 1 : 0,
    [`${side}Kind`]: kinds.classOf(device?.kind),
  };
}

/** A packet with these values. What is only known to be none of the names that rules ask for gets a name of its own. */
export function packetOf(values: readonly bigint[], { layout, names, classes }: PacketSpace): Packet {
  const big = (name: string): bigint => values[layout.index(name)] as bigint;
  const value = (name: string): number => Number(big(name));
  const family = packetFamilies.valueOf(value("family"), unknown);
  const inInterface = interfaceOf(value("inName"), value("inKind"), names);
  const outInterface = interfaceOf(value("outName"), value("outKind"), names);
  const [version, addresses] = family === "ipv6" ? [6, classes.ipv6] : [4, classes.ipv4];
  return {
    direction: directions.valueOf(value("direction"), unknown),
    family,
    ...(inInterface && { inInterface }),
    ...(outInterface && { outInterface }),
    source: addresses.addressOf(big(`source${version}`)),
    destination: addresses.addressOf(big(`destination${version}`)),
    sourceLocality: localityAlphabet.valueOf(value("sourceLocality"), unknown),
    destinationLocality: localityAlphabet.valueOf(value("destinationLocality"), unknown),
    payload: payloadOf(value),
    hopLimit: value("hopLimit"),
    owner: ownerOf(value, names),
    connection: connections.valueOf(value("connection"), unknown),
    ...(value("rewritten") === rewriting.yes && { rewritten: true }),
  };
}

const unknown = (): never => {
  throw new Error("a value beyond its alphabet");
};

function interfaceOf(name: number, kind: number, { interfaces, kinds }: Names): Interface | undefined {
  const sample = interfaces.samples[name - 1];
  if (sample === undefined) return undefined;
  const known = kinds.valueOf(kind, (taken) => unlike(taken, ["veth", "bridge", "vlan", "bond"]));
  if (known === "loopback" && interfaces.classOf("lo") === name - 1) return { name: "lo", kind: known };
  return { name: sample, ...(known !== undefined && { kind: known }) };
}

function payloadOf(value: (name: string) => number): Payload {
  const protocol = value("protocol");
  if (value("fragment") === fragments.later) return { protocol };
  if (protocolsWithPorts.includes(protocol))
    return { protocol, sourcePort: value("sourcePort"), destinationPort: value("destinationPort") };
  return icmpProtocols.includes(protocol) ? { protocol, icmpType: value("icmpType") } : { protocol };
}

function ownerOf(value: (name: string) => number, { owners }: Names): Owner {
  const user = owners.user.valueOf(value("user"), (taken) => freeNumber(taken, 1000));
  const group = owners.group.valueOf(value("group"), (taken) => freeNumber(taken, 1000));
  const slice = textOf(owners.slice.valueOf(value("slice"), (taken) => unlike(taken, ["user.slice"])));
  const program = textOf(owners.program.valueOf(value("program"), (taken) => unlike(taken, ["/usr/bin/curl"])));
  const service = textOf(owners.service.valueOf(value("service"), (taken) => unlike(taken, ["some-service"])));
  return {
    mark: value("mark"),
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
    ...(slice !== undefined && { slice }),
    ...(program !== undefined && { program }),
    ...(service !== undefined && { service }),
  };
}

const textOf = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : `${value}`;

type Known = readonly (string | number | undefined)[];

function freeNumber(taken: Known, from: number): number {
  let free = from;
  while (taken.includes(free)) free++;
  return free;
}

/** The first of the usual names, or one with a number, that is not taken. */
function unlike(taken: Known, usual: readonly string[]): string {
  const [first = "other"] = usual;
  const more = taken.map((_, i) => `${first}-${i + 2}`);
  return [...usual, ...more].find((name) => !taken.includes(name)) ?? `${first}-1`;
}
