import type { Property } from "./property.ts";

/** Under `ipv6 block` only links and servers see IPv6. */
export const ipv6Closed: Property = {
  code: "KSP3011",
  broken(world) {
    const { most, sent, answers, policy, space } = world;
    if (policy.ipv6 === "tunnel") return space.none;
    const loopback = (["in", "out"] as const).map((side) => space.interfaces(side, { kind: "loopback" }));
    const kept = sent
      .union("infrastructure", "endpoints", "errors")
      .union(answers.get("endpoints").intersect(world.answer()), ...loopback);
    return most.intersect(space.family("ipv6")).minus(kept);
  },
};
