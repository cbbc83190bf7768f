import type { Ruleset } from "../ir/ruleset.ts";
import { localityAlphabet } from "./dimensions.ts";
import { matched } from "./matched.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";

/** Packets of this machine that get another destination before any rule sees them. */
export const redirected = ({ rewrites }: Ruleset, space: PacketSpace): PacketSet =>
  space.none.union(
    ...rewrites.map(({ direction, match, change, sparesThisMachine }) => {
      if (direction !== "out" || change.kind !== "destination") return space.none;
      const own = space.is("destinationLocality", localityAlphabet.numberOf("local"));
      const sent = matched(match, space).intersect(space.direction("out"));
      return sparesThisMachine ? sent.minus(own) : sent;
    }),
  );
