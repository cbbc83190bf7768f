import type { PacketSpace } from "./packet-space.ts";
import { type Box, generalise, membersOf } from "./packets/generalise.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { wellFormed } from "./well-formed.ts";
import { witnessValues } from "./witness.ts";

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

/** A set in as few lines as can be found soon: around a packet that reads well as far as the set goes, and so on. */
export function cover(set: PacketSet, space: PacketSpace, most = 20): Cover {
  // What cannot exist may be said along with what can: it makes regions wider and words fewer.
  const sayable = set.union(wellFormed(space).complement());
  const [order, optional] = orders(space);
  const regions: Region[] = [];
  let rest = set.intersect(wellFormed(space));
  while (!rest.isEmpty() && regions.length < most) {
    const values = witnessValues(rest, space);
    if (!values) break;
    const box = generalise(space.diagrams, sayable.node, values, order, optional);
    regions.push({ box: withoutIdle(box, space) });
    rest = rest.minus(space.ofNode(membersOf(space.diagrams, box)));
  }
  return { regions, rest };
}

/** What is decided last is said shortest, and direction and family are always said: little exists in all of them. */
function orders({ layout }: PacketSpace): readonly [readonly number[], readonly number[]] {
  const always = ["family", "direction"].map((name) => layout.index(name));
  const last = ["protocol", "source4", "source6", "destination4", "destination6"].map((name) => layout.index(name));
  const others = layout.dimensions.map((_, i) => i).filter((i) => !always.includes(i) && !last.includes(i));
  const optional = [...others.reverse(), ...last];
  return [[...optional, ...always], optional];
}

/** Without the values that no packet of the box can have, where that makes a difference worth saying. */
function withoutIdle(box: Box, space: PacketSpace): Box {
  const members = space.ofNode(membersOf(space.diagrams, box)).intersect(wellFormed(space));
  return box.map((node, i) => {
    const name = space.layout.dimensions[i]?.name ?? "";
    return node === 1 && name !== "direction" && name !== "family" ? node : members.project(name).node;
  });
}
