import { addressDimensions, type PacketSpace } from "./packet-space.ts";
import { type Box, generalise, membersOf } from "./packets/generalise.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { wellFormed } from "./well-formed.ts";
import { witnessValues } from "./witness.ts";

/** More ranges of one dimension are not said. */
export const mostRanges = 6;

/** A part of a set that is said in one line: for each dimension the values that it has. */
export interface Region {
  readonly box: Box;
}

export interface Cover {
  /** They may overlap; together with the rest they are the set. */
  readonly regions: readonly Region[];
  /** What more regions than asked for would be needed for. */
  readonly rest: PacketSet;
}

/**
 * A set in as few lines as can be found soon: around a packet that reads well as far as the set goes, and so on. `along` is
 * what may be said along with it: that makes regions wider and words fewer.
 */
export function cover(
  set: PacketSet,
  space: PacketSpace,
  { most = 20, along = space.none }: { readonly most?: number; readonly along?: PacketSet } = {},
): Cover {
  // What cannot exist may always be.
  const sayable = set.union(along, wellFormed(space).complement());
  const [order, optional] = orders(space);
  const regions: Region[] = [];
  let rest = set.intersect(wellFormed(space));
  while (!rest.isEmpty() && regions.length < most) {
    const values = witnessValues(rest, space);
    if (!values) break;
    const box = generalise(space.diagrams, sayable.node, values, order, optional);
    regions.push({ box: withoutIdle(box, set, space) });
    rest = rest.minus(space.ofNode(membersOf(space.diagrams, box)));
  }
  return { regions: needed(regions, set, space), rest };
}

/** What is decided last is said shortest, and direction and family are always said: little exists in all of them. */
function orders({ layout }: PacketSpace): readonly [readonly number[], readonly number[]] {
  const always = ["family", "direction"].map((name) => layout.index(name));
  const last = ["protocol", ...addressDimensions].map((name) => layout.index(name));
  const others = layout.dimensions.map((_, i) => i).filter((i) => !always.includes(i) && !last.includes(i));
  const optional = [...others.reverse(), ...last];
  return [[...optional, ...always], optional];
}

/** What a wider region found later has swallowed is left out. */
function needed(regions: readonly Region[], set: PacketSet, space: PacketSpace): readonly Region[] {
  const real = set.intersect(wellFormed(space));
  let kept = regions.map((region) => ({
    region,
    members: space.ofNode(membersOf(space.diagrams, region.box)).intersect(real),
  }));
  for (const one of kept.toReversed()) {
    const others = kept.filter((other) => other !== one);
    if (one.members.isSubsetOf(space.none.union(...others.map(({ members }) => members)))) kept = others;
  }
  return kept.map(({ region }) => region);
}

/** Without the values that no packet of the set has in the box, where that makes a difference worth saying. */
function withoutIdle(box: Box, set: PacketSet, space: PacketSpace): Box {
  const { layout } = space;
  const members = space.ofNode(membersOf(space.diagrams, box)).intersect(set).intersect(wellFormed(space));
  const always = ["direction", "family", ...(box[layout.index("icmpType")] === 1 ? [] : ["protocol"])];
  return box.map((node, i) => {
    const name = layout.dimensions[i]?.name ?? "";
    if (node === 1 && !always.includes(name)) return node;
    const real = members.project(name);
    return always.includes(name) || parts(real, name, space) <= parts(space.ofNode(node), name, space)
      ? real.node
      : node;
  });
}

/** In how many ranges a set of one dimension, or what it leaves out, is said; many are as bad as very many. */
function parts(set: PacketSet, name: string, space: PacketSpace): number {
  const addresses = addressDimensions.find((dimension) => dimension === name);
  const count = (each: PacketSet) => {
    let found = 0;
    for (const _ of addresses ? space.addressRanges(each, addresses) : each.ranges(name))
      if (++found > mostRanges) break;
    return found;
  };
  return Math.min(count(set), count(set.complement()));
}
