import type { Property } from "./property.ts";

/**
 * What stands when nobody acts. The kernel closes by itself what is open for a while, and then no more passes than the policy
 * says without it. What boots waits for nobody to fill it.
 */
export const closedWithoutDaemon: Property = {
  code: "KSP3024",
  broken(world) {
    const { policy, ruleset, space, state } = world;
    if (state.mode === "lockdown") return world.most.minus(world.least);
    const lasting = ruleset.rules.filter(({ expiresAfter }) => expiresAfter === undefined);
    if (state.mode === "enforcing" && lasting.length === ruleset.rules.length) return space.none;
    const { portal: _, ...rest } = policy;
    const left = world.ruledBy(lasting).under(rest);
    return left.most.minus(left.intent());
  },
};
