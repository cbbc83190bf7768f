import { constant } from "../../net/parse-net.ts";
import { wellFormed } from "../well-formed.ts";
import type { Property } from "./property.ts";

/** This machine talks to itself, but for helpers' ports and what a deny names; loopback's addresses are nowhere else. */
export const loopbackOpen: Property = {
  code: "KSP3021",
  broken(world) {
    const { most, least, sent, space, said } = world;
    // At boot nobody knows who is in which slice: what is denied to one is closed to all.
    const denied = said.isBoot ? sent.get("deniedOnLoopback").exists("slice") : sent.get("deniedOnLoopback");
    const own = sent.get("onLoopback").minus(sent.get("toHelpers").union(denied)).union(sent.get("helperLegs"));
    const everywhere = { kind: "none-of", zones: [] } as const;
    const martians = world
      .crossing("out", everywhere)
      .intersect(world.to(loopbackAddresses))
      .union(world.crossing("in", everywhere).intersect(world.from(loopbackAddresses)))
      .minus(sent.union("infrastructure", "groupMembership", "endpoints"));
    return own.intersect(wellFormed(space)).minus(least).union(most.intersect(martians));
  },
};

/** RFC 1122 3.2.1.3, RFC 4291 2.5.3. */
const loopbackAddresses = constant("127.0.0.0/8", "::1");
