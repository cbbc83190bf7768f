import type { Ruleset } from "../../ir/ruleset.ts";
import { localityAlphabet } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";

/** The packets that are compared: a tunnel's interface is known by its name alone, and IPv6 has no broadcast. */
export function assumed(space: PacketSpace, rulesets: readonly Ruleset[]): PacketSet {
  const matches = rulesets.flatMap(({ rules, rewrites }) => [...rules, ...rewrites].map(({ match }) => match));
  const zones = new Set(
    matches.flatMap(({ inInterface, outInterface }) =>
      [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
    ),
  );
  const renamed = [...zones].flatMap(({ protocol, ...zone }) =>
    protocol === undefined
      ? []
      : (["in", "out"] as const).map((side) =>
          space
            .interfaces(side, { kind: "one-of", zones: [zone] })
            .minus(space.interfaces(side, { kind: "one-of", zones: [{ ...zone, protocol }] })),
        ),
  );
  const broadcast = (["source", "destination"] as const).map((end) =>
    space.family("ipv6").intersect(space.is(`${end}Locality`, localityAlphabet.numberOf("broadcast"))),
  );
  return space.none.union(...renamed, ...broadcast).complement();
}
