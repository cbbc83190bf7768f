import type { Property } from "./property.ts";

/** What leaves by no tunnel is the endpoint, the link's own business, names that are asked there, and exemptions. */
export const tunnelOnly: Property = {
  code: "KSP3001",
  broken(world) {
    const { most, sent, answers, places } = world;
    const outside = world.crossing("out", places.noTunnel());
    const allowed = sent.union("infrastructure", "groupMembership", "endpoints", "resolvers", "exemptions", "errors");
    const answered = answers.get("exemptions").intersect(world.answer());
    return most.intersect(outside).minus(allowed).minus(answered);
  },
};
