import type { Ruleset } from "../../ir/ruleset.ts";
import { matched } from "../matched.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Translation } from "../readers/pf/program.ts";

/**
 * Of packets that leave, those that a translation gives an address which ours hide on that interface: a tunnel's on a card.
 * No answer to it comes back. Nothing, where the address does not stand there in figures.
 */
export function givenHidden(
  { becomes }: Translation,
  about: PacketSet,
  { rules }: Ruleset,
  space: PacketSpace,
): PacketSet {
  if (!becomes) return space.none;
  const { version, first, last } = becomes;
  const family = version === 4 ? "ipv4" : "ipv6";
  const hiding = rules.filter(
    ({ stage, direction, match }) => stage === "anti-spoof" && direction === "out" && match.source !== undefined,
  );
  const hidden = space.none
    .union(...hiding.map(({ match }) => matched(match, space)))
    .intersect(space.direction("out"))
    .intersect(space.family(family));
  const given = space.address("source", family, [{ family, first, last }], hidden);
  return about.intersect(given.exists(`source${version}`, "sourceLocality"));
}
