import { type Counts, count, type Endpoint } from "../lab/classify.ts";

/** The machine's address on its line. */
export const mac = "52:54:00:6b:73:70";
const sender = Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16));

export type Sent = Counts & { readonly dhcp: number };

/** What the machine sent, of all that was seen on its line; DHCP, which every policy of a machine allows, not counted. */
export const countSent = (frames: readonly Uint8Array[], server: Endpoint): Sent => {
  const sent = frames.filter((frame) => sender.every((byte, at) => frame[6 + at] === byte));
  const others = sent.filter((frame) => !isDhcp(frame));
  return { ...count(others, [server]), dhcp: sent.length - others.length };
};

const udp = 17;

function isDhcp(frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const packet = 14;
  const isIpv4 = view.getUint16(12) === 0x0800 && view.getUint8(packet + 9) === udp;
  const isIpv6 = view.getUint16(12) === 0x86dd && view.getUint8(packet + 6) === udp;
  if (!isIpv4 && !isIpv6) return false;
  const ports = view.getUint32(packet + (isIpv4 ? (view.getUint8(packet) & 15) * 4 : 40));
  return ports === ((68 << 16) | 67) || ports === ((546 << 16) | 547);
}
