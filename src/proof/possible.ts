import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { wellFormed } from "./well-formed.ts";

/** Loopback is called `lo`, and nothing else is; a packet with a new destination was encapsulated by no interface of this machine. */
export function possible(space: PacketSpace): PacketSet {
  const { interfaces, kinds } = space.names;
  const isLo = (["in", "out", "routed"] as const).map((side) =>
    space
      .is(`${side}Name`, interfaces.classOf("lo") + 1)
      .symmetricDifference(space.is(`${side}Kind`, kinds.numberOf("loopback")))
      .complement(),
  );
  const encapsulated = space.direction("out").intersect(space.has("in")).intersect(space.is("rewritten", 1));
  return isLo.reduce((a, b) => a.intersect(b), wellFormed(space).minus(encapsulated));
}
