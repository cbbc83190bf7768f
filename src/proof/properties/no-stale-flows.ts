import { connections, directions, fragments } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { opposite } from "../reversed.ts";
import { ownerFields } from "../vocabulary.ts";
import type { World } from "../world.ts";
import type { Property } from "./property.ts";

/** An established packet passes as what its flow would be opened by now, or as the answer to that; having passed once opens nothing. */
export const noStaleFlows: Property = {
  code: "KSP3019",
  broken(world) {
    const { most, space } = world;
    const number = (name: "new" | "established-original") => BigInt(connections.numberOf(name));
    const opened = most.whenSet({ connection: number("new") });
    const original = space.is("connection", number("established-original"));
    const answer = world.answer().minus(space.family("arp"));
    return most.intersect(original.minus(opened).union(answer.minus(opened).minus(answersTo(opened, world))));
  },
};

/** The packets that answer one of these, which anybody may have sent. */
function answersTo(opened: PacketSet, { space }: World): PacketSet {
  const sent = typesAnswered(opened, space).exists(...ownerFields, "mark", "routedName", "routedKind", "icmpCode");
  return space.none.union(
    ...directions.values.map((direction) => {
      const turned = turnedRound(sent.intersect(space.direction(direction)).exists("direction"));
      const answer = opposite[direction];
      const idle = answer === "in" ? ["outName", "outKind"] : answer === "out" ? ["inName", "inKind"] : [];
      return turned.exists(...idle).intersect(space.direction(answer));
    }),
  );
}

const turnedRound = (sent: PacketSet): PacketSet =>
  sent.whenSwapped(
    ["inName", "outName"],
    ["inKind", "outKind"],
    ["sourceLocality", "destinationLocality"],
    ["source4", "destination4"],
    ["source6", "destination6"],
    ["sourcePort", "destinationPort"],
  );

/** Requests and what answers them: echo, timestamp (RFC 792), echo (RFC 4443). A later fragment shows no type, so it answers one that shows none. */
const pairs = [
  [1, 8, 0],
  [1, 13, 14],
  [58, 128, 129],
] as const;

function typesAnswered(sent: PacketSet, space: World["space"]): PacketSet {
  const showing = space.is("fragment", fragments.later).complement();
  const paired = pairs.flatMap(([protocol, request, reply]) => {
    const of = (type: number) =>
      showing.intersect(space.is("protocol", protocol)).intersect(space.is("icmpType", type));
    const becoming = (type: number, other: number) => sent.intersect(of(type)).exists("icmpType").intersect(of(other));
    return [becoming(request, reply), becoming(reply, request)];
  });
  const isPaired = space.none.union(
    ...pairs.map(([protocol, ...types]) => space.is("protocol", protocol).intersect(space.is("icmpType", ...types))),
  );
  return sent.minus(isPaired.intersect(showing)).union(...paired);
}
