import type { Packet } from "../../src/ir/packet.ts";

const withPorts = [6, 17, 33, 132, 136];
const isIcmp = ({ payload: { protocol } }: Packet): boolean => protocol === 1 || protocol === 58;
const isError = ({ family, payload: { icmpType = -1 } }: Packet): boolean =>
  family === "ipv4" ? [3, 4, 5, 11, 12].includes(icmpType) : [1, 2, 3, 4].includes(icmpType);

/**
 * The packets that macOS shows to pf, as docs/backends.md assumes them, and that a plan says something about: of ICMP in a
 * flow pf asks no type, and errors about a flow pass with it.
 */
export function isShown(packet: Packet): boolean {
  const { direction, family, connection, payload, owner, inInterface, outInterface } = packet;
  const { protocol, sourcePort, icmpType } = payload;
  if (family === "arp" || direction === "forward" || packet.rewritten || connection === "related") return false;
  const isPiece = withPorts.includes(protocol) ? sourcePort === undefined : isIcmp(packet) && icmpType === undefined;
  if (isPiece) return false;
  if (isIcmp(packet) && (connection !== "new" || (protocol === 1) !== (family === "ipv4"))) return false;
  if (protocol !== 6 && protocol !== 17 && Object.keys(owner).some((key) => key !== "mark")) return false;
  if (direction === "out" && packet.sourceLocality !== "local") return false;
  if (direction === "in" && packet.destinationLocality === "elsewhere") return false;
  if (direction === "in" && connection === "established-reply" && packet.destinationLocality !== "local") return false;
  const onTunnel = (direction === "in" ? inInterface : outInterface)?.name.startsWith("utun-");
  if (onTunnel && packet.destinationLocality === "broadcast" && packet.destination !== 0xffffffffn) return false;
  const wanted = protocol === 2 ? 1 : protocol === 58 && !isError(packet) ? hopLimits.get(icmpType ?? -1) : undefined;
  return wanted === undefined || packet.hopLimit === wanted;
}

const hopLimits: ReadonlyMap<number, number> = new Map([
  ...[133, 134, 135, 136, 137].map((type) => [type, 255] as const),
  ...[130, 131, 132, 143].map((type) => [type, 1] as const),
]);
