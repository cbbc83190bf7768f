import type { Connection, Packet, Payload } from "../../src/ir/packet.ts";
import { type Family, formatAddress, parseAddress } from "../../src/net/address.ts";
import { connectionOf } from "./connection.ts";
import { bytesOf } from "./packet-bytes.ts";
import { behindOptions, fragmentsOf } from "./pieces.ts";
import type { Shot } from "./send.ts";

/** A datagram to send from a raw socket: who sends it may be anybody, and what it says of its source need not be true. */
export type Datagram = {
  /** The interface; without one, routes decide. */
  readonly by?: string;
  readonly from: string;
  readonly to: string;
  /** Protocol, source port and destination port; a datagram of UDP to port 4242 where nothing is said. */
  readonly udp?: readonly [number, number];
  readonly tcp?: readonly [number, number];
  /** A type of ICMP, of the family of the addresses. */
  readonly icmp?: number;
  readonly hopLimit?: number;
  readonly mark?: number;
  readonly uid?: number;
  readonly slice?: string;
  /** The connection that it belongs to was there before; `new` where nothing is said. */
  readonly connection?: Connection;
  /** `frame`: put on the interface's wire, below IP. The others are two packets, or one that is harder to read. */
  readonly as?: "frame" | "behind options" | "fragments" | "fragments behind options";
  readonly times?: number;
};

const nobody = 65_534;

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`${text} is no address`);
  return parsed;
};

function payloadOf({ udp = [40_000, 4242], tcp, icmp }: Datagram, family: Family): Payload {
  if (icmp !== undefined) return { protocol: family === "ipv4" ? 1 : 58, icmpType: icmp };
  const [sourcePort, destinationPort] = tcp ?? udp;
  return { protocol: tcp ? 6 : 17, sourcePort, destinationPort };
}

function packetOf(datagram: Datagram): Packet {
  const [source, destination] = [address(datagram.from), address(datagram.to)];
  return {
    direction: "out",
    family: source.family,
    source: source.value,
    destination: destination.value,
    sourceLocality: "local",
    destinationLocality: "elsewhere",
    payload: payloadOf(datagram, source.family),
    hopLimit: datagram.hopLimit ?? 64,
    owner: { mark: 0 },
    connection: datagram.connection ?? "new",
  };
}

const piecesOf = (whole: Buffer, as: Datagram["as"]): readonly Buffer[] => {
  if (as === undefined || as === "frame") return [whole];
  const packet = as.endsWith("behind options") ? behindOptions(whole) : whole;
  return as.startsWith("fragments") ? fragmentsOf(packet) : [packet];
};

export const shotsOf = (datagrams: readonly Datagram[]): readonly Shot[] =>
  datagrams
    .flatMap((datagram) => Array.from({ length: datagram.times ?? 1 }, () => datagram))
    .flatMap((datagram, serial) => {
      const { by = "", to, as, mark = 0, uid = nobody, slice } = datagram;
      const packet = packetOf(datagram);
      const connection = connectionOf(packet)?.toString("hex");
      return piecesOf(bytesOf(packet, serial), as).map((piece): Shot => {
        const common = { serial, bytes: piece.toString("hex"), ...(connection !== undefined && { connection }) };
        if (as === "frame") return { ...common, on: by };
        const fragment = as?.startsWith("fragments") === true;
        return {
          ...common,
          by,
          to: formatAddress(address(to)),
          mark,
          uid,
          gid: uid,
          fragment,
          ...(slice && { slice }),
        };
      });
    });
