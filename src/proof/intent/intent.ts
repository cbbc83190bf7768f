import { connections } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Part, Parts } from "./parts.ts";

/**
 * What a policy lets pass in one state, straight from its statements. The order of statements and of claims means nothing:
 * everything here is a union, an intersection or a difference. It shares no code with the planner, so that a wrong belief in
 * one of them is a difference between the two.
 *
 * In `lockdown` it is the most that may pass: before the daemon runs, some of it waits.
 */
export function intent(sent: Parts, answers: Parts): PacketSet {
  const { space } = sent.view;
  const isAnswer = space.is("connection", connections.numberOf("established-reply"));
  return passing(sent).union(passing(answers).intersect(isAnswer));
}

function passing(parts: Parts): PacketSet {
  const onThisMachine = parts.get("onLoopback").minus(parts.union("toHelpers", "deniedOnLoopback"));
  const traffic = parts.union("tunnelled", "forwarded", "exemptions", "errors");
  const open = traffic.minus(parts.union("elsewhere", "tellsNames")).union(parts.get("resolvers"));
  const closed = parts.union("spoofed", "denied", "forbidden");
  return onThisMachine.union(parts.union("helperLegs", "groupMembership", ...lifeline), open.minus(closed));
}

/** What no state closes, or nothing ever comes back. */
export const lifeline: readonly Part[] = ["infrastructure", "endpoints", "probes"];
