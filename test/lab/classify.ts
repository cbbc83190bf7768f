import { floodPorts } from "./flood-ports.ts";

/** Where a VPN's own packets may go. */
export type Endpoint = {
  readonly protocol: "udp" | "tcp";
  readonly addresses: readonly string[];
  readonly port: number;
};

/** Frames that no policy counts: the neighbour protocols of the link, and the VPN's own packets. */
const harmless = ["arp", "nd", "mld", "endpoint"] as const;
/** Frames that left in clear. `endpoint-foreign` is an application's packet to the address and port of the VPN's server. */
export const leaking = [
  "udp4",
  "udp6",
  "tcp4",
  "tcp6",
  "icmp4",
  "icmp6",
  "dns4",
  "dns6",
  "endpoint-foreign",
  "other",
] as const;
export type FrameClass = (typeof harmless)[number] | (typeof leaking)[number];

const be16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

type Packet = {
  readonly family: 4 | 6;
  readonly protocol: number;
  /** IPv4 only: no policy of the laboratory has an IPv6 server. */
  readonly destination: string;
  /** Behind the headers of IP; empty in later fragments. */
  readonly payload: Uint8Array;
};

const readIpv4 = (bytes: Uint8Array): Packet => {
  const later = (be16(bytes, 6) & 0x1fff) !== 0;
  return {
    family: 4,
    protocol: bytes[9] ?? 0,
    destination: bytes.subarray(16, 20).join("."),
    payload: later ? new Uint8Array() : bytes.subarray(((bytes[0] ?? 0) & 15) * 4),
  };
};

const hopByHop = 0;
const routing = 43;
const fragment = 44;
const options = 60;

const readIpv6 = (bytes: Uint8Array): Packet => {
  let protocol = bytes[6] ?? 0;
  let payload = bytes.subarray(40);
  while ([hopByHop, routing, fragment, options].includes(protocol) && payload.length >= 8) {
    const later = protocol === fragment && be16(payload, 2) >= 8;
    const length = protocol === fragment ? 8 : ((payload[1] ?? 0) + 1) * 8;
    protocol = payload[0] ?? 0;
    payload = later ? new Uint8Array() : payload.subarray(length);
  }
  return { family: 6, protocol, destination: "", payload };
};

const neighbour = new Set([133, 134, 135, 136, 137]);
const listener = new Set([130, 131, 132, 143]);
const namePorts = new Set([53, 137, 853, 5353, 5355]);

const classifyPacket = (
  { family, protocol, destination, payload }: Packet,
  endpoints: readonly Endpoint[],
): FrameClass => {
  const type = payload[0] ?? 0;
  if (protocol === 1 && family === 4) return "icmp4";
  if (protocol === 58 && family === 6) return neighbour.has(type) ? "nd" : listener.has(type) ? "mld" : "icmp6";
  const transport = protocol === 17 ? "udp" : protocol === 6 ? "tcp" : undefined;
  if (transport === undefined) return "other";
  const source = be16(payload, 0);
  const port = be16(payload, 2);
  const toServer = endpoints.some(
    (endpoint) => endpoint.protocol === transport && endpoint.port === port && endpoint.addresses.includes(destination),
  );
  // The flood sends from ports of its own, so that it cannot hide behind the server's address.
  if (toServer) return source >= floodPorts.first && source <= floodPorts.last ? "endpoint-foreign" : "endpoint";
  return namePorts.has(port) ? `dns${family}` : `${transport}${family}`;
};

/** What a frame of Ethernet is, seen from a policy whose VPN servers are `endpoints`. */
export const classify = (frame: Uint8Array, endpoints: readonly Endpoint[]): FrameClass => {
  const packet = frame.subarray(14);
  switch (be16(frame, 12)) {
    case 0x0806:
      return "arp";
    case 0x0800:
      return classifyPacket(readIpv4(packet), endpoints);
    case 0x86dd:
      return classifyPacket(readIpv6(packet), endpoints);
    default:
      return "other";
  }
};

export type Counts = Readonly<Record<FrameClass, number>>;

/** Counts frames by class. */
export const count = (frames: readonly Uint8Array[], endpoints: readonly Endpoint[]): Counts => {
  const counts = Object.fromEntries([...harmless, ...leaking].map((name) => [name, 0])) as Record<FrameClass, number>;
  for (const frame of frames) counts[classify(frame, endpoints)] += 1;
  return counts;
};

/** How many frames left in clear. */
export const leaked = (counts: Counts): number => leaking.reduce((sum, name) => sum + counts[name], 0);
