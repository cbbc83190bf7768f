/** An IP packet made harder to read: its transport behind another header, or spread over two fragments. */

const fixed = 40; // the header of IPv6
const destinationOptions = 60;
const fragmentHeader = 44;
const isV4 = (packet: Buffer): boolean => (packet[0] ?? 0) >> 4 === 4;

/** Six bytes of padding, and what follows. */
const optionsBefore = (next: number): Buffer => Buffer.from([next, 0, 1, 4, 0, 0, 0, 0]);

/** IPv6 alone: an extension header stands between the fixed header and the transport. */
export function behindOptions(packet: Buffer): Buffer {
  if (isV4(packet)) throw new Error("IPv4 has no extension headers");
  return v6(packet, destinationOptions, optionsBefore(packet[6] ?? 0), packet.subarray(fixed));
}

/**
 * The two fragments of a packet. The first of IPv4 ends with the ports; the first of IPv6 before them, when the packet has an
 * extension header in front.
 */
export function fragmentsOf(packet: Buffer): readonly [Buffer, Buffer] {
  const headers = isV4(packet) ? 20 : fixed;
  const cut = headers + 8;
  const [first, later] = [packet.subarray(headers, cut), packet.subarray(cut)];
  if (isV4(packet)) return [v4(packet, 0x2000, first), v4(packet, 1, later)];
  // What names a packet of the laboratory tells its fragments from others, too.
  const part = (offset: number): Buffer => Buffer.from([packet[6] ?? 0, 0, 0, offset, ...packet.subarray(-4)]);
  return [v6(packet, fragmentHeader, part(1), first), v6(packet, fragmentHeader, part(8), later)];
}

/** The kernel puts the checksum in. */
function v4(packet: Buffer, place: number, body: Buffer): Buffer {
  const header = Buffer.from(packet.subarray(0, 20));
  header.writeUInt16BE(20 + body.length, 2);
  header.writeUInt16BE(place, 6);
  return Buffer.concat([header, body]);
}

function v6(packet: Buffer, next: number, ...body: readonly Buffer[]): Buffer {
  const rest = Buffer.concat(body);
  const header = Buffer.from(packet.subarray(0, fixed));
  header.writeUInt16BE(rest.length, 4);
  header.writeUInt8(next, 6);
  return Buffer.concat([header, rest]);
}
