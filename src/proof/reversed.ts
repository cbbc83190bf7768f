import type { Direction, Match } from "../ir/ruleset.ts";
import type { Transport } from "../net/protocol.ts";

export const opposite: Readonly<Record<Direction, Direction>> = { out: "in", in: "out", forward: "forward" };

/** About a packet what the match says about the one that it answers. Nobody knows the answered packet's owner. */
export function reversed(match: Match): Match {
  const { inInterface, outInterface, source, destination, sourceLocality, destinationLocality, transport } = match;
  const { family, hopLimit, rewritten, related } = match;
  return {
    ...(family !== undefined && { family }),
    ...(outInterface && { inInterface: outInterface }),
    ...(inInterface && { outInterface: inInterface }),
    ...(destination && { source: destination }),
    ...(source && { destination: source }),
    ...(destinationLocality && { sourceLocality: destinationLocality }),
    ...(sourceLocality && { destinationLocality: sourceLocality }),
    ...(transport && { transport: reversedTransport(transport) }),
    ...(hopLimit !== undefined && { hopLimit }),
    ...(rewritten !== undefined && { rewritten }),
    ...(related !== undefined && { related }),
  };
}

function reversedTransport(transport: Transport): Transport {
  switch (transport.kind) {
    case "tcp":
    case "udp": {
      const { kind, sourcePorts, destinationPorts } = transport;
      return {
        kind,
        ...(destinationPorts && { sourcePorts: destinationPorts }),
        ...(sourcePorts && { destinationPorts: sourcePorts }),
      };
    }
    case "icmp":
    case "icmpv6": {
      const { kind, types } = transport;
      return { kind, ...(types && { types: types.map((type) => icmpAnswers[kind].get(type) ?? type) }) };
    }
    case "protocol":
      return transport;
  }
}

const bothWays = (...pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> =>
  new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));

/** Requests and their answers: echo and timestamp (RFC 792), echo (RFC 4443). */
export const icmpAnswers = { icmp: bothWays([8, 0], [13, 14]), icmpv6: bothWays([128, 129]) } as const;
