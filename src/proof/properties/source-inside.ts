import { localityAlphabet } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";
import { probesOfAssigned } from "./probes-of-assigned.ts";
import type { Property } from "./property.ts";

/** Nothing leaves a link with an address that is not the link's, and no address of a tunnel is seen outside it. A server sees whatever its own carrier sends. */
export const sourceInside: Property = {
  code: "KSP3013",
  broken(world) {
    const { most, sent, places, space, policy } = world;
    const shown = policy.tunnels.flatMap(({ name, address }) => {
      if (address.kind === "assigned") return [];
      return [world.from(address.addresses).minus(space.interfaces("out", places.tunnel(name)))];
    });
    return most
      .intersect(world.crossing("out", { kind: "none-of", zones: [] }))
      .intersect(space.none.union(...shown, strange(world)))
      .minus(sent.union("infrastructure", "endpoints"))
      .minus(probesOfAssigned(world, "sent"));
  },
};

/** From an address that the link does not have; at boot nobody knows which it has. Group reports are sent before there is one. */
function strange({ said, places, space, sent }: World): PacketSet {
  if (said.isBoot) return space.none;
  const elsewhere = space.is("sourceLocality", localityAlphabet.numberOf("elsewhere"));
  return elsewhere.intersect(space.interfaces("out", places.links())).minus(sent.get("groupMembership"));
}
