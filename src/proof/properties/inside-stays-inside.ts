import type { Property } from "./property.ts";

/** What a tunnel names leaves by that tunnel, and what another one names does not enter it. Neighbours are looked for by any address. */
export const insideStaysInside: Property = {
  code: "KSP3010",
  broken(world) {
    const { most, sent, said, places, space, policy } = world;
    const named = policy.tunnels.map((tunnel) => ({
      packets: world.to(said.named(tunnel)),
      own: space.interfaces("out", places.tunnel(tunnel.name)),
    }));
    const inOwn = space.none.union(...named.map(({ packets, own }) => packets.intersect(own)));
    const elsewhere = space.none.union(...named.map(({ packets, own }) => packets.minus(own))).minus(inOwn);
    return most
      .intersect(world.leaving())
      .minus(space.interfaces("out", { kind: "loopback" }))
      .intersect(elsewhere)
      .minus(sent.union("infrastructure", "endpoints"));
  },
};
