import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { doubtOf, Matches } from "./matched.ts";
import { type Program, type Scrub, Unreadable } from "./program.ts";
import { childrenOf, resolved, tablesAt } from "./walk.ts";

/** A scrub, and the fragments that it is asked about first; of one that is not understood, those that it may be. */
interface Scrubbing {
  readonly path: string;
  readonly scrub: Scrub;
  readonly set: PacketSet;
}
interface Scrubbed {
  readonly decided: readonly Scrubbing[];
  /** No scrub is about them. */
  readonly left: PacketSet;
}

/** What the scrubs of a program make of fragments: the first that matches decides, through anchors too (xnu, pf_normalize_ip). */
export function scrubbed(program: Program, space: PacketSpace, fragments: PacketSet): Scrubbed {
  const matches = new Matches(space);
  const decided: Scrubbing[] = [];
  const matched = (scrub: Scrub, path: string): PacketSet => {
    const lookup = tablesAt(program, path);
    const [out, inward] = (["out", "in"] as const).map((direction) =>
      space.direction(direction).intersect(matches.most(scrub, { as: "itself", direction, walk: "fragments" }, lookup)),
    );
    return space.none.union(...[out, inward].flatMap((set) => set ?? []));
  };
  const walk = (path: string, from: PacketSet, depth: number): PacketSet => {
    let left = from;
    for (const scrub of program.get(path)?.scrubs ?? []) {
      if (depth >= 64) throw new Unreadable(scrub.line, "anchors in anchors without an end");
      const set = left.intersect(matched(scrub, path));
      const isSure = doubtOf(scrub) === undefined;
      if (scrub.path === undefined || !isSure) {
        decided.push({ path, scrub, set });
        if (isSure) left = left.minus(set);
        continue;
      }
      const at = resolved(path, scrub.path);
      const inside = scrub.isWildcard ? childrenOf(program, at) : [at];
      left = left.minus(set).union(inside.reduce((rest, child) => walk(child, rest, depth + 1), set));
    }
    return left;
  };
  return { decided, left: walk("", fragments, 0) };
}
