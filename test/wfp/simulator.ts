import { type Interface, type Owner, type Packet, reverse } from "../../src/ir/packet.ts";
import type { WfpConditions, WfpDocument, WfpFilter } from "../../src/ir/wfp-document.ts";
import { isFault, parseNet } from "../../src/net/parse-net.ts";

export interface Sublayer {
  readonly weight: number;
  readonly filters: readonly WfpFilter[];
}
export type Moment = "running" | "engine restarted" | "before the engine";

const lifetimes: Readonly<Record<Moment, readonly string[]>> = {
  running: ["static", "persistent"],
  "engine restarted": ["persistent"],
  "before the engine": ["boot"],
};

export const inForce = ({ sublayer, filters }: WfpDocument, moment: Moment): Sublayer => ({
  weight: sublayer.weight,
  filters: filters.filter(({ lifetime }) => lifetimes[moment].includes(lifetime)),
});

/** Microsoft's "Filter Arbitration", one packet at a time. It shares nothing with the reader. */
export function passes(sublayers: readonly Sublayer[], packet: Packet): boolean {
  if (packet.connection !== "established-reply" || packet.direction === "forward") return opens(sublayers, packet);
  const answered = { ...reverse(packet), connection: "new" } as const;
  if (isError(answered) || isError(packet)) return false;
  return ownersOf(sublayers).some((owner) => opens(sublayers, { ...answered, owner }));
}

function opens(sublayers: readonly Sublayer[], packet: Packet): boolean {
  const layer = layerOf(packet);
  if (!layer) return true;
  let verdict: "permit" | "block" | undefined;
  for (const { filters } of [...sublayers].sort((a, b) => b.weight - a.weight)) {
    const matching = filters.filter((filter) => filter.layer === layer && matches(filter.when, packet));
    const heaviest = matching.toSorted((a, b) => b.weight - a.weight)[0];
    if (!heaviest || verdict === "block") continue;
    verdict = heaviest.action;
  }
  return verdict !== "block";
}

/** Whoever a filter names, and somebody else. */
const ownersOf = (sublayers: readonly Sublayer[]): readonly Owner[] => {
  const all = sublayers.flatMap(({ filters }) => filters.map(({ when }) => when));
  const programs = [undefined, ...new Set(all.flatMap(({ program = [] }) => program))];
  const services = [undefined, ...new Set(all.flatMap(({ service = [] }) => service))];
  return programs.flatMap((program) =>
    services.map((service) => ({ mark: 0, ...(program && { program }), ...(service && { service }) })),
  );
};

function isError({ family, payload: { protocol, icmpType } }: Packet): boolean {
  if (icmpType === undefined) return false;
  return family === "ipv4" ? protocol === 1 && [3, 4, 5, 11, 12].includes(icmpType) : protocol === 58 && icmpType < 128;
}

function layerOf(packet: Packet): string | undefined {
  const { family, direction } = packet;
  if (family === "arp") return undefined;
  const version = family === "ipv4" ? "v4" : "v6";
  if (direction === "forward") return `forward-${version}`;
  if (isError(packet)) return `error-${direction}-${version}`;
  return `${direction === "out" ? "connect" : "accept"}-${version}`;
}

function matches(when: WfpConditions, packet: Packet): boolean {
  const { direction, owner, payload } = packet;
  const isOut = direction === "out";
  const device: Interface | undefined = isOut ? packet.outInterface : packet.inInterface;
  const [local, remote] = isOut ? [packet.source, packet.destination] : [packet.destination, packet.source];
  const [localPort, remotePort] = isOut
    ? [payload.sourcePort, payload.destinationPort]
    : [payload.destinationPort, payload.sourcePort];
  const type = { local: "unicast", multicast: "multicast", broadcast: "broadcast", elsewhere: "" }[
    isOut ? packet.sourceLocality : packet.destinationLocality
  ];
  const among = <T>(wanted: readonly T[] | undefined, value: T | undefined) =>
    wanted === undefined || (value !== undefined && wanted.includes(value));
  return (
    (when.loopback === undefined || device?.kind === "loopback") &&
    among(when.interface, device?.name) &&
    among(when.localAddressType as readonly string[] | undefined, type) &&
    isWithin(when.localAddress, local) &&
    isWithin(when.remoteAddress, remote) &&
    among(when.protocol, payload.protocol) &&
    among(when.icmpType, payload.icmpType) &&
    isPort(when.localPort, localPort) &&
    isPort(when.remotePort, remotePort) &&
    among(when.program, owner.program) &&
    among(when.service, owner.service)
  );
}

const isWithin = (texts: readonly string[] | undefined, value: bigint): boolean =>
  texts === undefined ||
  texts.some((text) => {
    const net = parseNet(text);
    return !isFault(net) && net.first <= value && value <= net.last;
  });

const isPort = (texts: readonly string[] | undefined, port: number | undefined): boolean =>
  texts === undefined ||
  (port !== undefined &&
    texts.some((text) => {
      const [first = 0, last = first] = text.split("-").map(Number);
      return first <= port && port <= last;
    }));

/** The packets that Windows shows to its filters, as docs/backends.md assumes them. */
export function isShown(packet: Packet): boolean {
  const { direction, family, connection, payload, owner } = packet;
  const { protocol, icmpType, sourcePort } = payload;
  if (family === "arp" || packet.rewritten) return false;
  const isLater = [6, 17, 33, 132, 136].includes(protocol) ? sourcePort === undefined : false;
  if (isLater || ([1, 58].includes(protocol) && icmpType === undefined)) return false;
  if (isError(packet) !== (connection === "related")) return false;
  if (isError(packet) && Object.keys(owner).some((key) => key !== "mark")) return false;
  if (isEveryone(packet.source) && packet.sourceLocality !== "broadcast") return false;
  if (isEveryone(packet.destination) && packet.destinationLocality !== "broadcast") return false;
  if (isGroup(family, packet.source) !== (packet.sourceLocality === "multicast")) return false;
  if (isGroup(family, packet.destination) !== (packet.destinationLocality === "multicast")) return false;
  if (direction === "out" && packet.sourceLocality !== "local") return false;
  const isUnicast = packet.destinationLocality === "local";
  if (direction === "in" && packet.destinationLocality === "elsewhere") return false;
  if (direction === "in" && (isError(packet) || connection === "established-reply") && !isUnicast) return false;
  const wanted = protocol === 2 ? 1 : protocol !== 58 ? undefined : hopLimits.get(icmpType ?? 0);
  return wanted === undefined || packet.hopLimit === wanted;
}

/** 224.0.0.0/4 and ff00::/8 are of groups everywhere, and nothing else is. */
const isGroup = (family: Packet["family"], address: bigint): boolean =>
  family === "ipv6" ? address >> 120n === 0xffn : address >> 28n === 0xen;

/** 255.255.255.255, which is nobody's own. */
const isEveryone = (address: bigint): boolean => address === 0xffff_ffffn;

const hopLimits: ReadonlyMap<number, number> = new Map([
  ...[133, 134, 135, 136, 137].map((type) => [type, 255] as const),
  ...[130, 131, 132, 143].map((type) => [type, 1] as const),
]);
