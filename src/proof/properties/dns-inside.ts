import { ports } from "../../net/port-set.ts";
import type { Property } from "./property.ts";

/**
 * Whatever tells a name to somebody goes to a declared resolver by its declared path: through a tunnel, or with the risk
 * accepted. An answer asks nothing.
 */
export const dnsInside: Property = {
  code: "KSP3002",
  broken(world) {
    const { most, sent, space } = world;
    const names = space
      .is("protocol", 6, 17)
      .intersect(space.ports("destination", ports(53, 137, 853, 5353, 5355)))
      .intersect(world.leaving())
      .minus(space.interfaces("out", { kind: "loopback" }))
      .minus(world.answer());
    const told = world.counting("KSP3002").sent.get("resolvers");
    return most.intersect(names).minus(told).minus(sent.get("endpoints"));
  },
};
