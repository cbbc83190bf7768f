import { ports } from "../../net/port-set.ts";
import type { Property } from "./property.ts";

/** DHCP has its addresses and both its ports, neighbour and listener discovery their types, directions and hop limit; nothing is wider. */
export const infraClosed: Property = {
  code: "KSP3017",
  broken(world) {
    const { most, sent, answers, places, space } = world;
    const both = ["destination", "source"] as const;
    const dhcp = both.map((end) => space.ports(end, ports(67, 68, 546, 547)).intersect(space.is("protocol", 17)));
    const types = [130, 131, 132, 133, 134, 135, 136, 137, 143];
    const discovery = space.is("protocol", 58).intersect(space.is("icmpType", ...types));
    const groups = space.is("protocol", 2);
    const links = world.crossing("out", places.noTunnel()).union(world.crossing("in", places.noTunnel()));
    const said = sent
      .union("infrastructure", "groupMembership", "exemptions", "endpoints", "resolvers")
      .union(answers.union("exemptions", "endpoints", "resolvers").intersect(world.answer()));
    return most
      .intersect(links)
      .intersect(space.none.union(...dhcp, discovery, groups))
      .minus(said);
  },
};
