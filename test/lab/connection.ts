import { type Packet, type Payload, reverse } from "../../src/ir/packet.ts";
import { addressBytes, icmpId, isIcmp, lengthOf, toldOf } from "./packet-bytes.ts";

/** One attribute of netlink, padded to four bytes. */
function attribute(kind: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(value.length + 4, 0);
  head.writeUInt16LE(kind, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}
const nested = (kind: number, ...parts: readonly Buffer[]): Buffer => attribute(kind | 0x8000, ...parts);
const byte = (value: number): Buffer => Buffer.from([value]);
const two = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const four = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

function tuple(kind: number, packet: Packet): Buffer {
  const { source, destination, payload, family } = packet;
  const { protocol, sourcePort, destinationPort, icmpType } = payload;
  const [from, to] = family === "ipv4" ? [1, 2] : [3, 4];
  const length = lengthOf(packet);
  const [id, type, code] = protocol === 1 ? [4, 5, 6] : [7, 8, 9];
  const ends =
    icmpType !== undefined && isIcmp(payload)
      ? [attribute(id, two(icmpId)), attribute(type, byte(icmpType)), attribute(code, byte(0))]
      : [attribute(2, two(sourcePort ?? 0)), attribute(3, two(destinationPort ?? 0))];
  return nested(
    kind,
    nested(1, attribute(from, addressBytes(source, length)), attribute(to, addressBytes(destination, length))),
    nested(2, attribute(1, byte(protocol)), ...ends),
  );
}

/** Questions of ICMP and their answers, as connection tracking pairs them. */
const questions: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  1: [
    [8, 0],
    [13, 14],
    [15, 16],
    [17, 18],
  ],
  58: [
    [128, 129],
    [139, 140],
  ],
};

const pairOf = ({ protocol, icmpType }: Payload): readonly [number, number] | undefined =>
  questions[protocol]?.find(([question, answer]) => icmpType === question || icmpType === answer);

/** Whether a packet of ICMP opens a connection. */
export const isQuestion = (payload: Payload): boolean => pairOf(payload)?.[0] === payload.icmpType;

/** Whether a connection can have a packet in this direction: nobody answers with a question. */
export function canBeOf({ payload, connection }: Pick<Packet, "payload" | "connection">): boolean {
  const [question, answer] = pairOf(payload) ?? [];
  if (connection === "established-original") return answer === undefined || payload.icmpType !== answer;
  return connection !== "established-reply" || question === undefined || payload.icmpType !== question;
}

/** The packet that answers this one, for connection tracking. */
function answerTo(packet: Packet): Packet {
  const answer = reverse(packet);
  const { protocol, icmpType } = packet.payload;
  const pair = pairOf(packet.payload);
  if (!pair) return answer;
  return { ...answer, payload: { protocol, icmpType: icmpType === pair[0] ? pair[1] : pair[0] } };
}

const seenReplyAssuredConfirmed = 2 | 4 | 8;
const liberal = Buffer.from([8, 8]);

/** Asks connection tracking for the entry that a packet belongs to: its own, that of its opening, that of what it tells of. */
export function connectionOf(packet: Packet): Buffer | undefined {
  if (packet.connection === "new") return undefined;
  const opening =
    packet.connection === "established-reply"
      ? answerTo(packet)
      : packet.connection === "related"
        ? toldOf(packet)
        : packet;
  const tcp =
    opening.payload.protocol === 6
      ? [nested(4, nested(1, attribute(1, byte(3)), attribute(4, liberal), attribute(5, liberal)))]
      : [];
  return Buffer.concat([
    Buffer.from([packet.family === "ipv4" ? 2 : 10, 0, 0, 0]),
    tuple(1, opening),
    tuple(2, answerTo(opening)),
    attribute(3, four(seenReplyAssuredConfirmed)),
    ...tcp,
    attribute(7, four(600)),
  ]);
}
