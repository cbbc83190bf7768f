import type { PacketSet } from "../packets/packet-set.ts";
import type { Difference } from "../translation/comparison.ts";

/** What passes at least, and at most, where something that is no field of a packet decides. */
export interface Bounds {
  readonly least: PacketSet;
  readonly most: PacketSet;
}

/**
 * Rules that a system replaces at once: those of a hook, a table, a family. Two of them may be replaced one after the other,
 * and a packet that meets both meets each as it was or as it will be.
 */
export interface Judge {
  readonly before: Bounds;
  readonly after: Bounds;
}

/** The way of some packets, and all who judge them on it. */
export interface Passage {
  readonly judges: readonly Judge[];
  readonly within: PacketSet;
  /** What passes at rest, at either end of the whole move. */
  readonly old: PacketSet;
  readonly new: PacketSet;
}

/** What a packet does that goes as at neither end. */
export const onTheWay = {
  opened: "it passes on the way, though neither state lets it pass",
  lost: "it is refused on the way, though both states let it pass",
} as const;

/** Finds a packet in a set that there can be. */
interface Finder {
  readonly some: (set: PacketSet, says: string) => Difference | undefined;
}

interface Broken {
  /** What passes on the way, though neither end lets it pass. */
  readonly opened: PacketSet;
  /** What is refused on the way, though both ends let it pass. */
  readonly lost: PacketSet;
}

/** Every packet at every moment of a step: accepted ⊆ old ∪ new, and ⊇ old ∩ new. */
export class Transitions {
  readonly #known = new Map<string, boolean>();

  /** A packet that shows it. `isPromised`: what both ends let pass has to pass on the way as well. */
  difference(passage: Passage, by: Finder, isPromised: boolean): Difference | undefined {
    const { opened, lost } = this.#broken(passage);
    return (
      (opened && by.some(opened, onTheWay.opened)) ?? (lost && isPromised ? by.some(lost, onTheWay.lost) : undefined)
    );
  }

  /** Cost: none where each judge says at rest what it may, which is asked once for a state; else linear in the sets. */
  #broken(passage: Passage): Partial<Broken> {
    return {
      ...(!this.#isClosed(passage) && { opened: opened(passage) }),
      ...(!this.#isKept(passage) && { lost: lost(passage) }),
    };
  }

  /** One judge alone lets pass no more than each end does: whatever the others say, nothing else passes. */
  #isClosed({ judges, within, old, new: after }: Passage): boolean {
    return judges.some(
      (judge) => this.#isSubset(judge.before.most, old, within) && this.#isSubset(judge.after.most, after, within),
    );
  }

  /** Every judge lets pass what each end does: in whichever order they change, it passes. */
  #isKept({ judges, within, old, new: after }: Passage): boolean {
    return judges.every(
      (judge) => this.#isSubset(old, judge.before.least, within) && this.#isSubset(after, judge.after.least, within),
    );
  }

  #isSubset(a: PacketSet, b: PacketSet, within: PacketSet): boolean {
    const key = `${a.node} ${b.node} ${within.node}`;
    const known = this.#known.get(key) ?? a.intersect(within).isSubsetOf(b);
    this.#known.set(key, known);
    return known;
  }
}

const every = (sets: readonly PacketSet[], within: PacketSet): PacketSet =>
  sets.reduce((a, b) => a.intersect(b), within);

function opened({ judges, within, old, new: after }: Passage): PacketSet {
  const most = judges.map((judge) => judge.before.most.union(judge.after.most));
  return every(most, within).minus(old.union(after));
}

function lost({ judges, within, old, new: after }: Passage): PacketSet {
  const least = judges.map((judge) => judge.before.least.intersect(judge.after.least));
  return old.intersect(after).intersect(within).minus(every(least, within));
}
