import { wellFormed } from "../well-formed.ts";
import type { Property } from "./property.ts";

/** Every server that may be reached now is reached by its carrier, helpers included, nothing sends those packets elsewhere, and its answers arrive. */
export const canReconnect: Property = {
  code: "KSP3005",
  broken(world) {
    const { sent, answers, least, redirected, space } = world;
    const needed = sent.union("endpoints", "helperLegs").union(answers.get("endpoints").intersect(world.answer()));
    const refused = needed.minus(least).union(sent.get("endpoints").intersect(redirected));
    return refused.intersect(wellFormed(space));
  },
};
