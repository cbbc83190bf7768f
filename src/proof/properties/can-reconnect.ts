import { wellFormed } from "../well-formed.ts";
import type { Property } from "./property.ts";

/** Every server that may be reached now is reached by its carrier, helpers included, and its answers arrive. */
export const canReconnect: Property = {
  code: "KSP3005",
  broken(world) {
    const needed = world.sent
      .union("endpoints", "helperLegs")
      .union(world.answers.get("endpoints").intersect(world.answer()));
    return needed.intersect(wellFormed(world.space)).minus(world.least);
  },
};
