import type { Direction, Match } from "../../ir/ruleset.ts";
import type { Reach } from "../accepted.ts";
import { matched } from "../matched.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { opposite, reversed } from "../reversed.ts";

/** How a packet is looked at: for itself, or as the answer to another one. */
export interface View {
  readonly space: PacketSpace;
  /** What a statement opens, and with it the answers. */
  flow(direction: Direction, match: Match): PacketSet;
  /** What passes by itself: protocols that have no answers which could be told from anything else. */
  single(direction: Direction, match: Match): PacketSet;
  /** What a statement closes. */
  closed(direction: Direction, match: Match): PacketSet;
}

/** A packet for itself. */
export function asSent(space: PacketSpace, reach: Reach): View {
  const packets = (direction: Direction, match: Match): PacketSet =>
    matched(match, space, reach).intersect(space.direction(direction));
  return {
    space,
    flow: packets,
    single: packets,
    closed: (d, match) => matched(match, space).intersect(space.direction(d)),
  };
}

/** A packet as the answer to one of which nobody knows who sent it: an owner neither keeps it closed nor is asked for. */
export function asAnswer(space: PacketSpace, reach: Reach): View {
  const packets = (direction: Direction, match: Match): PacketSet =>
    matched(reversed(match), space, reach).intersect(space.direction(opposite[direction]));
  return {
    space,
    flow: packets,
    single: () => space.none,
    closed: (d, match) => (match.owner ? space.none : packets(d, match)),
  };
}
