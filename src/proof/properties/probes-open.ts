import { wellFormed } from "../well-formed.ts";
import type { Property } from "./property.ts";

/** Each hop whose way is good is probed, and the answers arrive: otherwise a tunnel that works would never open. */
export const probesOpen: Property = {
  code: "KSP3020",
  broken(world) {
    const { sent, answers, least, space } = world;
    const needed = sent.get("probes").union(answers.get("probes").intersect(world.answer()));
    return needed.intersect(wellFormed(space)).minus(least);
  },
};
