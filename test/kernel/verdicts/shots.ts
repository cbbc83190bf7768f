import type { Interface, Packet } from "../../../src/ir/packet.ts";
import { type Address, formatAddress } from "../../../src/net/address.ts";
import { controlGroup } from "../../../src/net/control-group.ts";
import { canBeOf, connectionOf, isQuestion } from "../../lab/connection.ts";
import { bytesOf, isIcmp } from "../../lab/packet-bytes.ts";
import type { Shot } from "../../lab/send.ts";
import type { World, WorldDevice } from "./world.ts";

/** ICMP's errors; no other packet is ever `related`. */
const errors: Readonly<Record<number, readonly number[]>> = { 1: [3, 4, 5, 11, 12], 58: [1, 2, 3, 4] };
/**
 * A packet that can really be sent in a world, as near as possible to one that was made up: by an interface that there is,
 * with our end an address that somebody has, of a connection that there can be.
 */
export function settle(packet: Packet, world: World, salt: number): Packet | undefined {
  const { direction, family, payload, owner } = packet;
  if (family === "arp" || isForwardedOwn(packet, world)) return undefined;
  const device = (wanted: Interface | undefined): WorldDevice | undefined =>
    world.devices.find(({ name }) => name === wanted?.name) ?? pick(world.devices, salt);
  const inInterface = direction === "out" ? undefined : device(packet.inInterface);
  const outInterface = direction === "in" ? undefined : device(packet.outInterface);
  const mine = (value: bigint, locality: Packet["sourceLocality"], at: WorldDevice | undefined): bigint => {
    if (!at || locality === "broadcast" || locality === "multicast") return value;
    const here = world.locality({ family, value }, at);
    const owners = locality === "local" ? [at] : world.devices.filter(({ name }) => name !== at.name);
    const isOwned = owners.some((one) => world.locality({ family, value }, one) === "local");
    if (isOwned || (locality === "elsewhere" && direction === "out")) return value;
    if (here === "broadcast" || here === "multicast") return value;
    const addresses = owners.flatMap((one) => one.addresses.filter((address) => address.family === family));
    return pick(addresses, salt)?.value ?? value;
  };
  const isError = payload.icmpType !== undefined && (errors[payload.protocol] ?? []).includes(payload.icmpType);
  // Connections are tracked of the ICMP of one's own family, and `related` is an error alone. A raw socket puts a source
  // where there is none, and with it the packet is of no connection.
  const isForeign = payload.protocol === (family === "ipv4" ? 58 : 1);
  const isFilledIn = direction === "out" && family === "ipv4" && packet.source === 0n;
  const isUntracked = isForeign || isFilledIn || !canBeOf(packet) || (packet.connection === "related" && !isError);
  const connection = isUntracked ? "new" : packet.connection;
  // Of ICMP only a question opens a connection. Nobody translates the rest, so no masquerade lets it leave.
  const isAlone = connection === "new" && isIcmp(payload) && (isForeign || !isQuestion(payload));
  if (direction === "forward" && isAlone) return undefined;
  const user = typeof owner.user === "number" ? owner.user : 0;
  const group = typeof owner.group === "number" ? owner.group : user;
  const { rewritten: _, inInterface: __, outInterface: ___, ...rest } = packet;
  return {
    ...rest,
    ...(inInterface && { inInterface }),
    ...(outInterface && { outInterface }),
    source: direction === "out" ? mine(packet.source, packet.sourceLocality, outInterface) : packet.source,
    destination:
      direction === "in" ? mine(packet.destination, packet.destinationLocality, inInterface) : packet.destination,
    owner: direction === "out" ? { ...owner, user, group } : { mark: 0 },
    connection,
  };
}

/** Nobody forwards what comes with an address of this machine: postrouting takes it for ours. */
const isForwardedOwn = ({ direction, family, source }: Packet, { devices, locality }: World): boolean => {
  const address: Address = { family: family === "ipv6" ? "ipv6" : "ipv4", value: source };
  return direction === "forward" && devices.some((device) => locality(address, device) === "local");
};

const pick = <T>(values: readonly T[], salt: number): T | undefined => values[salt % values.length];

/** How a settled packet is sent. */
export function shotOf(packet: Packet, world: World, serial: number, ecn = 0): Shot {
  const { direction, payload, inInterface, outInterface, destination, owner } = packet;
  const family = packet.family === "ipv4" ? "ipv4" : "ipv6";
  // Without ports there is no header of a transport to show: a later fragment.
  const isFragment = (payload.protocol === 6 || payload.protocol === 17) && payload.destinationPort === undefined;
  const way = direction === "forward" ? world.devices.findIndex(({ name }) => name === outInterface?.name) : 0;
  const bytes = bytesOf(packet, serial, { dscp: way, ecn, ...(isFragment && { offset: 1 }) }).toString("hex");
  const connection = connectionOf(packet)?.toString("hex");
  const common = { serial, bytes, ...(connection !== undefined && { connection }) };
  if (direction !== "out") return { ...common, on: world.wire(inInterface ?? { name: "lo" }) };
  return {
    ...common,
    by: outInterface?.name ?? "lo",
    to: formatAddress({ family, value: destination }),
    mark: owner.mark,
    uid: Number(owner.user ?? 0),
    gid: Number(owner.group ?? 0),
    ...(owner.slice !== undefined && { slice: controlGroup(owner.slice) }),
    ...(isFragment && { fragment: true }),
  };
}
