import type { Direction } from "../../ir/ruleset.ts";
import { matched } from "../matched.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";
import type { Property } from "./property.ts";

/** A hop's server is reached through the hop before it, applications use the last hop while all are proved, and a failed hop closes all behind it. */
export const hopsInOrder: Property = {
  code: "KSP3015",
  broken(world) {
    const { most, sent, places, space, policy, said } = world;
    const tunnels = policy.chains.flatMap(({ hops }) => hops.map((name, i) => ({ name, before: hops[i - 1], hops })));
    const on = (direction: Direction, name: string) => world.crossing(direction, places.tunnel(name));
    const behindFailed = tunnels
      .filter(({ name }) => !said.hops.isReachable(name))
      .flatMap(({ name }) => [on("in", name), on("out", name)]);
    const used = tunnels
      .filter(({ name }) => !said.hops.isOpen(name))
      .map(({ name }) => on("out", name).minus(sent.union("endpoints", "probes")).union(on("forward", name)))
      .map((packets) => packets.minus(world.answer()));
    const skipping = tunnels.flatMap(({ name, before, hops }) =>
      before === undefined
        ? []
        : [carriedTo(world, name).minus(space.none.union(on("out", before), on("out", hops.at(-1) ?? name)))],
    );
    return most.intersect(space.none.union(...behindFailed, ...used, ...skipping));
  },
};

/** What a tunnel's carrier sends to its servers, by whatever way. */
function carriedTo(world: World, name: string): PacketSet {
  const { policy, space, said } = world;
  const tunnel = policy.tunnels.find((t) => t.name === name);
  const owner = tunnel?.carrier[said.os] ?? [];
  const servers = tunnel?.servers.map(({ addresses, transport }) =>
    matched({ destination: { set: addresses }, transport, owner }, space),
  );
  return space.none
    .union(...(servers ?? []))
    .minus(world.sent.get("infrastructure"))
    .intersect(world.crossing("out", { kind: "none-of", zones: [] }))
    .minus(world.answer());
}
