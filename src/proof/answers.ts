import type { Direction } from "../ir/ruleset.ts";
import { connections, directions, fragments } from "./dimensions.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { icmpAnswers, opposite } from "./reversed.ts";
import { ownerFields } from "./vocabulary.ts";

/** Every packet that answers one of the set, whoever owns either, and whichever interface an encapsulated one came from. */
export function answersTo(set: PacketSet, space: PacketSpace): PacketSet {
  const swapped = set
    .exists("connection", "routedName", "routedKind", ...ownerFields, "mark")
    .whenSwapped(
      ["inName", "outName"],
      ["inKind", "outKind"],
      ["sourceLocality", "destinationLocality"],
      ["source4", "destination4"],
      ["source6", "destination6"],
      ["sourcePort", "destinationPort"],
    );
  const answered = typesAnswered(swapped, space);
  const turned = (direction: Direction) => {
    const back = opposite[direction];
    const one = answered.intersect(space.direction(direction));
    return one.exists("direction", ...(back === "out" ? ["inName", "inKind"] : [])).intersect(space.direction(back));
  };
  return space.none
    .union(...directions.values.map(turned))
    .intersect(space.is("connection", connections.numberOf("established-reply")));
}

/** An echo reply for an echo request, and so on; every other type for itself. */
function typesAnswered(set: PacketSet, space: PacketSpace): PacketSet {
  const shown = space.is("fragment", fragments.later).complement();
  const pairs = (["icmp", "icmpv6"] as const).flatMap((kind) =>
    [...icmpAnswers[kind]].map(([from, to]) => ({
      protocol: space.is("protocol", kind === "icmp" ? 1 : 58).intersect(shown),
      from,
      to,
    })),
  );
  const others = pairs.reduce(
    (left, { protocol, from }) => left.minus(protocol.intersect(space.is("icmpType", from))),
    set,
  );
  const changed = pairs.map(({ protocol, from, to }) =>
    set
      .intersect(protocol)
      .intersect(space.is("icmpType", from))
      .exists("icmpType")
      .intersect(space.is("icmpType", to)),
  );
  return others.union(...changed);
}
