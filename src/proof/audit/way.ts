import { sides } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { asRouted } from "./asked-rules.ts";
import type { Base, Hook } from "./rules.ts";
import type { Walk } from "./walk.ts";

/** The rules of others and ours at every hook, in the order in which the kernel calls them. */
export class Way {
  readonly #hooks: ReadonlyMap<Hook, readonly Base[]>;

  /** Of two with one priority nobody knows which is called first: it is the foreign one here, which is the worse. */
  constructor(bases: readonly Base[]) {
    const sorted = bases.toSorted((a, b) => a.priority - b.priority || Number(isOurs(a)) - Number(isOurs(b)));
    this.#hooks = Map.groupBy(sorted, ({ hook }) => hook);
  }

  /** Whether nothing of ours is called behind a chain, on the way out. */
  isLast(base: Base): boolean {
    if (base.hook === "egress") return true;
    const all = this.#hooks.get("postrouting") ?? [];
    return base.hook === "postrouting" && !all.slice(all.indexOf(base)).some(isOurs);
  }

  /** What gets on where `end` does in the end: out, to a program, or through. */
  before(walk: Walk, end: PacketSet, space: PacketSpace): PacketSet {
    const at = (hook: Hook, behind: PacketSet): PacketSet =>
      (this.#hooks.get(hook) ?? []).reduceRight((set, base) => walk.before(base, set), behind);
    const leaving = at("postrouting", at("egress", end));
    const [out, in_, forward] = (["out", "in", "forward"] as const).map((direction) => space.direction(direction));
    if (!out || !in_ || !forward) throw new Error("there are three directions");
    const arrived = at("input", end).intersect(in_).union(at("forward", leaving).intersect(forward));
    const arriving = at("ingress", at("prerouting", arrived)).minus(out);
    return at("output", leaving.intersect(straight(space)))
      .intersect(out)
      .union(arriving);
  }
}

export const isOurs = ({ chain }: Base): boolean => chain.some(({ end }) => end?.kind === "ours");

const made = new WeakMap<PacketSpace, PacketSet>();

/** What leaves where it was routed first. */
export function straight(space: PacketSpace): PacketSet {
  const known = made.get(space);
  if (known) return known;
  const { interfaces, kinds } = space.names;
  const same = (part: "Name" | "Kind", size: number): PacketSet =>
    space.none.union(
      ...Array.from({ length: size }, (_, i) => {
        const leaving = space.is(`${sides[1]}${part}`, i);
        return leaving.intersect(asRouted(leaving));
      }),
    );
  const set = same("Name", interfaces.samples.length + 1).intersect(same("Kind", kinds.size));
  made.set(space, set);
  return set;
}
