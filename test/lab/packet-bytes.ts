import { type Packet, type Payload, reverse } from "../../src/ir/packet.ts";

/** What names a packet of ours, in its last eight bytes: nothing that the kernel says by itself ends so. */
const trailer = (serial: number, length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(0x6b73, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(serial, 4);
  return bytes;
};

const tcp = 6;
const udp = 17;
export const addressBytes = (value: bigint, length: 4 | 16): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex");

export const lengthOf = (packet: Pick<Packet, "family">): 4 | 16 => (packet.family === "ipv4" ? 4 : 16);
export const isIcmp = ({ protocol }: Payload): boolean => protocol === 1 || protocol === 58;
/** What a query of ICMP is known by. */
export const icmpId = 0x6b73;

/** The first header behind IP. An opening of TCP is a SYN, everything later an ACK. */
function transport({ payload, connection }: Packet, length: number): Buffer {
  const { protocol, sourcePort, destinationPort, icmpType } = payload;
  if (icmpType !== undefined) {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt8(icmpType, 0);
    bytes.writeUInt16BE(icmpId, 4);
    return bytes;
  }
  if (sourcePort === undefined || destinationPort === undefined) return Buffer.alloc(protocol === tcp ? 20 : 8);
  const bytes = Buffer.alloc(protocol === tcp ? 20 : 8);
  bytes.writeUInt16BE(sourcePort, 0);
  bytes.writeUInt16BE(destinationPort, 2);
  if (protocol === udp) bytes.writeUInt16BE(8 + length, 4);
  else {
    bytes.writeUInt8(0x50, 12);
    bytes.writeUInt8(connection === "new" ? 0x02 : 0x10, 13);
    bytes.writeUInt16BE(1024, 14);
  }
  return bytes;
}

function ipHeader(packet: Packet, length: number, serial: number, options: ByteOptions): Buffer {
  const { family, source, destination, hopLimit } = packet;
  const protocol = options.protocol ?? packet.payload.protocol;
  const traffic = ((options.dscp ?? 0) << 2) | (options.ecn ?? 0);
  if (family === "ipv4") {
    const header = Buffer.alloc(20);
    header.writeUInt8(0x45, 0);
    header.writeUInt8(traffic, 1);
    header.writeUInt16BE(20 + length, 2);
    header.writeUInt16BE(serial & 0xffff || 1, 4);
    header.writeUInt16BE(options.offset ?? 0, 6);
    header.writeUInt8(hopLimit, 8);
    header.writeUInt8(protocol, 9);
    addressBytes(source, 4).copy(header, 12);
    addressBytes(destination, 4).copy(header, 16);
    header.writeUInt16BE(checksum(header), 10);
    return header;
  }
  const header = Buffer.alloc(40);
  header.writeUInt32BE(0x6000_0000 + traffic * 0x10_0000, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt8(protocol, 6);
  header.writeUInt8(hopLimit, 7);
  addressBytes(source, 16).copy(header, 8);
  addressBytes(destination, 16).copy(header, 24);
  return header;
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export interface ByteOptions {
  /** Tells the laboratory's routing where a forwarded packet leaves. */
  readonly dscp?: number;
  /** Tells a storm's class. */
  readonly ecn?: number;
  /** In units of eight bytes: the packet is a later fragment. */
  readonly offset?: number;
  readonly protocol?: number;
}

/** The datagram that a packet which is `related` tells of: one that went the other way. */
export function toldOf(packet: Packet): Packet {
  return { ...reverse(packet), payload: { protocol: udp, sourcePort: 1024, destinationPort: 2048 }, connection: "new" };
}

/** An IP packet as bytes. Checksums of transports are left out: the laboratory asks for none. */
export function bytesOf(packet: Packet, serial: number, options: ByteOptions = {}): Buffer {
  const told = packet.connection === "related" && isIcmp(packet.payload) ? toldOf(packet) : undefined;
  const quoted = told ? Buffer.concat([ipHeader(told, 16, serial, {}), transport(told, 8)]) : Buffer.alloc(0);
  const head = transport(packet, quoted.length + 8);
  const length = head.length + quoted.length + 8;
  const header = ipHeader(packet, length, serial, options);
  return Buffer.concat([header, head, quoted, trailer(serial, header.length + length)]);
}

export type Header = Pick<Packet, "family" | "source" | "destination" | "payload">;

/** The same fields read back; ports only where the packet has some. */
export function readHeader(bytes: Buffer, sent: Pick<Packet, "payload">): Header {
  const isV4 = (bytes[0] ?? 0) >> 4 === 4;
  const number = (from: number, to: number): bigint => BigInt(`0x${bytes.subarray(from, to).toString("hex")}`);
  const { sourcePort, destinationPort } = sent.payload;
  const at = isV4 ? 20 : 40;
  const ports =
    sourcePort !== undefined && destinationPort !== undefined
      ? { sourcePort: bytes.readUInt16BE(at), destinationPort: bytes.readUInt16BE(at + 2) }
      : {};
  return {
    family: isV4 ? "ipv4" : "ipv6",
    source: isV4 ? number(12, 16) : number(8, 24),
    destination: isV4 ? number(16, 20) : number(24, 40),
    payload: { ...sent.payload, ...ports },
  };
}
