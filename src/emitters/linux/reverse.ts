import type { Direction, Match, Rule } from "../../ir/ruleset.ts";
import type { Transport } from "../../net/protocol.ts";

const reverseDirection = (direction: Direction): Direction =>
  direction === "out" ? "in" : direction === "in" ? "out" : "forward";

/** Requests and the answers that conntrack knows them by (RFC 792, RFC 4443); every other type is its own reverse, and has no reply. */
const answers: Readonly<Record<"icmp" | "icmpv6", ReadonlyMap<number, number>>> = {
  icmp: new Map([
    [0, 8],
    [8, 0],
    [13, 14],
    [14, 13],
  ]),
  icmpv6: new Map([
    [128, 129],
    [129, 128],
  ]),
};

/** What a reply to the match looks like. Its owner is left out: nobody owns a packet that arrives, and conntrack remembers whose flow it is. */
function reverseMatch(match: Match): Match {
  const {
    source,
    destination,
    sourceLocality,
    destinationLocality,
    inInterface,
    outInterface,
    transport,
    owner: _,
    ...rest
  } = match;
  return {
    ...rest,
    ...(outInterface && { inInterface: outInterface }),
    ...(inInterface && { outInterface: inInterface }),
    ...(destination && { source: destination }),
    ...(source && { destination: source }),
    ...(destinationLocality && { sourceLocality: destinationLocality }),
    ...(sourceLocality && { destinationLocality: sourceLocality }),
    ...(transport && { transport: reverseTransport(transport) }),
  };
}

function reverseTransport(transport: Transport): Transport {
  switch (transport.kind) {
    case "protocol":
      return transport;
    case "icmp":
    case "icmpv6": {
      const { kind, types } = transport;
      return types ? { kind, types: types.map((type) => answers[kind].get(type) ?? type) } : transport;
    }
    default: {
      const { kind, sourcePorts, destinationPorts } = transport;
      return {
        kind,
        ...(destinationPorts && { sourcePorts: destinationPorts }),
        ...(sourcePorts && { destinationPorts: sourcePorts }),
      };
    }
  }
}

/** The rules that judge replies: the reverse of every opening that has some, and of every refusal between them that is not about an owner. */
export function replyRules(rules: readonly Rule[]): readonly Rule[] {
  return rules
    .filter((rule) => (rule.verdict.kind === "accept" ? rule.replies : rule.match.owner === undefined))
    .map((rule) => ({ ...rule, direction: reverseDirection(rule.direction), match: reverseMatch(rule.match) }));
}
