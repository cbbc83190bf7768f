import { probesOfAssigned } from "./probes-of-assigned.ts";
import type { Property } from "./property.ts";

/** No address of a tunnel is seen outside it. A server sees whatever its own carrier sends. */
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
      .intersect(space.none.union(...shown))
      .minus(sent.union("infrastructure", "endpoints"))
      .minus(probesOfAssigned(world, "sent"));
  },
};
