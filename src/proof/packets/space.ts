import { Diagrams, type Node } from "./diagrams.ts";
import { type DigitBits, type Dimension, Layout, type Range } from "./layout.ts";
import { PacketSet } from "./packet-set.ts";
import { ofRanges } from "./segments.ts";

export interface SpaceOptions {
  /** How many bits a digit has. 8 is fastest on ordinary rules; the result is the same with any. */
  readonly digitBits?: DigitBits;
  /** The most nodes and edges; beyond them `BudgetExceeded` is thrown. */
  readonly budget?: number;
}

/** All packets with these dimensions, and the sets of them. Sets of different spaces do not mix. */
export class Space {
  readonly diagrams: Diagrams;
  readonly layout: Layout;
  readonly none: PacketSet;
  readonly all: PacketSet;
  /** Few, and asked for again and again. */
  readonly #values = new Map<string, PacketSet>();

  constructor(dimensions: readonly Dimension[], { digitBits = 8, budget = 50_000_000 }: SpaceOptions = {}) {
    this.layout = new Layout(dimensions, digitBits);
    this.diagrams = new Diagrams(this.layout, budget);
    this.none = this.ofNode(0);
    this.all = this.ofNode(1);
  }

  ofNode(node: Node): PacketSet {
    return new PacketSet(this.diagrams, node);
  }

  /**
   * What has one of these values, given as sorted and disjoint ranges, and is `inside`. Where `inside` speaks of later
   * dimensions alone, the set is made in one pass.
   */
  where(dimension: string, ranges: readonly Range[], inside: PacketSet = this.all): PacketSet {
    const index = this.layout.index(dimension);
    const node = this.#own(inside);
    if (this.#isBelow(node, index)) return this.ofNode(ofRanges(this.diagrams, index, ranges, node));
    return this.ofNode(ofRanges(this.diagrams, index, ranges, 1)).intersect(inside);
  }

  is(dimension: string, ...values: readonly (bigint | number)[]): PacketSet {
    const key = `${dimension} ${values.join()}`;
    const known = this.#values.get(key);
    if (known) return known;
    const sorted = [...new Set(values.map(BigInt))].sort((a, b) => (a < b ? -1 : 1));
    const made = this.where(
      dimension,
      sorted.map((value) => ({ first: value, last: value })),
    );
    this.#values.set(key, made);
    return made;
  }

  /** What has the bits of `value` where `mask` has ones. */
  masked(dimension: string, value: bigint, mask: bigint): PacketSet {
    const { layout, diagrams } = this;
    const index = layout.index(dimension);
    if ((value & ~mask) !== 0n) return this.none;
    let node: Node = 1;
    for (let level = (layout.end[index] as number) - 1; level >= (layout.first[index] as number); level--) {
      const digitOf = (whole: bigint) =>
        Number(BigInt.asUintN(layout.bits[level] as number, whole >> BigInt(layout.below[level] as number)));
      const [wanted, ones] = [digitOf(value), digitOf(mask)];
      if (ones === 0) continue;
      const base = diagrams.open();
      for (let digit = 0; digit <= (layout.highestDigit[level] as number); digit++)
        diagrams.push(digit, (digit & ones) === wanted ? node : 0, base);
      node = diagrams.close(level, base);
    }
    return this.ofNode(node);
  }

  #isBelow(node: Node, dimension: number): boolean {
    return this.diagrams.level(node) >= (this.layout.end[dimension] as number);
  }

  #own(set: PacketSet): Node {
    if (set.diagrams !== this.diagrams) throw new Error("a set of another space");
    return set.node;
  }
}
