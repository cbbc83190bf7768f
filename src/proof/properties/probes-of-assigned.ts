import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";

/**
 * Into a tunnel whose address is assigned a probe has the address of that interface, whatever it is; at boot any. What the
 * tunnel before carries for its sake belongs to it, too.
 */
export function probesOfAssigned(world: World, of: "sent" | "answers"): PacketSet {
  const { policy, places, space } = world;
  const assigned = policy.tunnels.filter(({ address }) => address.kind === "assigned");
  const side = of === "sent" ? "out" : "in";
  const inside = assigned.map(({ name }) => space.interfaces(side, places.tunnel(name)));
  return world[of].union("probes", "endpoints").intersect(space.none.union(...inside));
}
