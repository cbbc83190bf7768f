import type { Locality } from "../../ir/ruleset.ts";
import { localityAlphabet } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { unless } from "../well-formed.ts";

/** The stack drops the others, and sends none (RFC 4861, RFC 2710, RFC 3810, RFC 2236, RFC 3376). */
export function hopLimits(space: PacketSpace): readonly PacketSet[] {
  const icmpv6 = (...types: readonly number[]) => space.is("protocol", 58).intersect(space.is("icmpType", ...types));
  return [
    unless(icmpv6(133, 134, 135, 136, 137), space.is("hopLimit", 255)),
    unless(icmpv6(130, 131, 132, 143), space.is("hopLimit", 1)),
    unless(space.is("protocol", 2), space.is("hopLimit", 1)),
  ];
}

export const locality = (space: PacketSpace, end: "source" | "destination", ...names: readonly Locality[]): PacketSet =>
  space.is(`${end}Locality`, ...names.map((name) => localityAlphabet.numberOf(name)));
