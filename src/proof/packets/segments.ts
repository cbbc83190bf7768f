import type { Diagrams, Node } from "./diagrams.ts";
import type { Layout, Range } from "./layout.ts";
import { writeLimbs } from "./limbs.ts";

/**
 * The values of one dimension, cut into segments in ascending order, each leading to a node below the dimension. Kept in
 * columns: a list of 100,000 prefixes becomes 200,000 segments.
 */
class Segments {
  readonly #layout: Layout;
  readonly #dimension: number;
  readonly #limbs: number;
  /** The last value of each segment, most significant limb first. */
  #lasts: Uint32Array;
  #nodes: Uint32Array;
  #count = 0;

  constructor(layout: Layout, dimension: number, capacity: number) {
    this.#layout = layout;
    this.#dimension = dimension;
    this.#limbs = layout.limbs[dimension] as number;
    this.#lasts = new Uint32Array(capacity * this.#limbs);
    this.#nodes = new Uint32Array(capacity);
  }

  /** Up to this value, from where the segment before ended. */
  add(last: Uint32Array, at: number, node: Node): void {
    const limbs = this.#limbs;
    const isSame = this.#count > 0 && this.#nodes[this.#count - 1] === node;
    const index = isSame ? this.#count - 1 : this.#count++;
    if (index === this.#nodes.length) {
      this.#lasts = grown(this.#lasts);
      this.#nodes = grown(this.#nodes);
    }
    for (let i = 0; i < limbs; i++) this.#lasts[index * limbs + i] = last[at + i] as number;
    this.#nodes[index] = node;
  }

  /** One pass from the bottom up, each node made once. The last segment must end at the highest value. */
  build(diagrams: Diagrams): Node {
    const layout = this.#layout;
    const limbs = this.#limbs;
    const lasts = this.#lasts;
    const nodes = this.#nodes;
    const width = limbs * 32;
    let current = 0;

    /** Whether the current segment ends in the part of the dimension that has the top bits of another one's end. */
    const endsBeside = (other: number, top: number): boolean => {
      let limb = 0;
      let rest = top;
      for (; rest >= 32; limb++, rest -= 32)
        if (lasts[current * limbs + limb] !== lasts[other * limbs + limb]) return false;
      if (rest === 0) return true;
      const differing = (lasts[current * limbs + limb] as number) ^ (lasts[other * limbs + limb] as number);
      return differing >>> (32 - rest) === 0;
    };
    /** Whether the lowest bits of the current segment's end are all ones. */
    const endsFull = (low: number): boolean => {
      let limb = limbs - 1;
      let rest = low;
      for (; rest >= 32; limb--, rest -= 32) if (lasts[current * limbs + limb] !== 0xffffffff) return false;
      return rest === 0 || ~(lasts[current * limbs + limb] as number) << (32 - rest) === 0;
    };
    const build = (level: number, inside: number): Node => {
      const below = layout.below[level] as number;
      const bits = layout.bits[level] as number;
      const highest = layout.highestDigit[level] as number;
      const mask = bits === 32 ? 0xffffffff : 2 ** bits - 1;
      const limb = limbs - 1 - (below >>> 5);
      const top = width - below - bits;
      const base = diagrams.open();
      let next = 0;
      for (;;) {
        if (!endsBeside(inside, top)) {
          diagrams.push(highest, nodes[current] as Node, base);
          break;
        }
        const digit = (((lasts[current * limbs + limb] as number) >>> (below & 31)) & mask) >>> 0;
        if (endsFull(below)) diagrams.push(digit, nodes[current++] as Node, base);
        else {
          if (digit > next) diagrams.push(digit - 1, nodes[current] as Node, base);
          diagrams.push(digit, build(level + 1, current), base);
        }
        if (digit === highest) break;
        next = digit + 1;
      }
      return diagrams.close(level, base);
    };
    return build(layout.first[this.#dimension] as number, 0);
  }
}

/** One segment a range and one a gap: the ranges lead to `inside`, all else to `outside`. They are sorted and disjoint. */
export function ofRanges(
  diagrams: Diagrams,
  dimension: number,
  ranges: readonly Range[],
  inside: Node,
  outside: Node = 0,
): Node {
  const { layout } = diagrams;
  const highest = layout.highest[dimension] as bigint;
  const segments = new Segments(layout, dimension, 2 * ranges.length + 1);
  const limbs = new Uint32Array(layout.limbs[dimension] as number);
  let next = 0n;
  for (const { first, last } of ranges) {
    if (first < next || last < first || last > highest)
      throw new Error(
        `${layout.dimensions[dimension]?.name}: ranges are not sorted, disjoint and within the dimension`,
      );
    if (first > next) segments.add(write(limbs, first - 1n), 0, outside);
    segments.add(write(limbs, last), 0, inside);
    next = last + 1n;
  }
  if (next <= highest) segments.add(write(limbs, highest), 0, outside);
  return segments.build(diagrams);
}

/** A value in as many limbs as there is room for. Gives the limbs back. */
function write(limbs: Uint32Array, value: bigint): Uint32Array {
  writeLimbs(limbs, 0, limbs.length, value);
  return limbs;
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * array.length + 1);
  larger.set(array);
  return larger;
}
