import type { Property } from "./property.ts";

/**
 * What leaves by no tunnel is the endpoint, the link's own business, names that are asked there, errors, and what is exempted
 * or forwarded there: as narrow as an exemption is, or with the risk accepted.
 */
export const tunnelOnly: Property = {
  code: "KSP3001",
  broken(world) {
    const { most, sent, answers, places } = world;
    const outside = world.crossing("out", places.noTunnel()).union(world.crossing("forward", places.noTunnel()));
    const counted = world.counting("KSP3001");
    const exempt = ["exemptions", "forwarded"] as const;
    const allowed = sent
      .union("infrastructure", "groupMembership", "endpoints", "resolvers", "errors")
      .union(counted.sent.union(...exempt));
    const answered = counted.answers
      .union(...exempt)
      .union(answers.get("resolvers"))
      .intersect(world.answer());
    return most.intersect(outside).minus(allowed).minus(answered);
  },
};
