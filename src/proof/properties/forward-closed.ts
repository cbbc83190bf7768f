import type { Property } from "./property.ts";

/** This machine forwards what `forward` says, what an `allow forward` exempts, names for its clients, and errors about those. */
export const forwardClosed: Property = {
  code: "KSP3014",
  broken(world) {
    const { most, sent, answers, space } = world;
    const said = ["forwarded", "exemptions", "resolvers"] as const;
    const allowed = sent.union(...said, "errors").union(answers.union(...said).intersect(world.answer()));
    return most.intersect(space.direction("forward")).minus(allowed);
  },
};
