import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";
import { probesOfAssigned } from "./probes-of-assigned.ts";
import type { Property } from "./property.ts";

/** Nothing comes in unasked, and nothing reaches a tunnel's address from outside it, ARP included (CVE-2019-14899). */
export const inboundClosed: Property = {
  code: "KSP3012",
  broken(world) {
    const { most, sent, answers, places, space, policy } = world;
    const everywhere = world.crossing("in", { kind: "none-of", zones: [] }).minus(sent.get("infrastructure"));
    const unasked = world
      .crossing("in", places.noTunnel())
      .minus(world.answer())
      .minus(sent.union("infrastructure", "groupMembership", "exemptions", "errors"));
    const hidden = policy.tunnels.flatMap(({ name, address }) => {
      if (address.kind === "assigned") return [];
      const own = space.interfaces("in", places.tunnel(name));
      const endpoint = answers.get("endpoints").intersect(world.answer());
      const reached = everywhere.intersect(world.to(address.addresses)).minus(own).minus(endpoint);
      return [reached.minus(probesOfAssigned(world, "answers"))];
    });
    return most.intersect(space.none.union(unasked, ...hidden, toldByArp(world)));
  },
};

function toldByArp({ policy, space }: World): PacketSet {
  const own = policy.tunnels.flatMap(({ address }) => (address.kind === "static" ? [address.addresses] : []));
  const told = own.flatMap((addresses) => [
    space.address("source", "arp", addresses, space.all).intersect(space.direction("out")),
    space.address("destination", "arp", addresses, space.all).intersect(space.direction("in")),
  ]);
  return space.none.union(...told).intersect(space.family("arp"));
}
