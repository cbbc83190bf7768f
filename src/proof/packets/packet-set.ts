import type { Diagrams, Node } from "./diagrams.ts";
import type { Range } from "./layout.ts";
import { difference, intersection, type Operation, symmetricDifference, union } from "./operation.ts";
import { assign, balanced, quantify, remask, rename, someBits, terminalAt } from "./quantify.ts";
import { count, lowest, rangesOf } from "./values.ts";

/**
 * An exact set of packets. Two sets are equal exactly when they are the same node of the same pool, so equality and
 * emptiness cost nothing, and everything else what differs. Values are immutable.
 *
 *     const leaks = accepted.intersect(leaving).minus(intended);
 *     if (!leaks.isEmpty()) …
 */
export class PacketSet {
  readonly diagrams: Diagrams;
  readonly node: Node;

  constructor(diagrams: Diagrams, node: Node) {
    this.diagrams = diagrams;
    this.node = node;
  }

  union(...others: readonly PacketSet[]): PacketSet {
    const nodes = [this.node, ...others.map((other) => this.#own(other))];
    return this.#of(balanced(this.diagrams, union, nodes));
  }
  intersect(other: PacketSet): PacketSet {
    return this.#apply(intersection, other);
  }
  minus(other: PacketSet): PacketSet {
    return this.#apply(difference, other);
  }
  symmetricDifference(other: PacketSet): PacketSet {
    return this.#apply(symmetricDifference, other);
  }
  complement(): PacketSet {
    return this.#of(this.diagrams.apply(difference, 1, this.node));
  }

  isEmpty(): boolean {
    return this.node === 0;
  }
  isEverything(): boolean {
    return this.node === 1;
  }
  equals(other: PacketSet): boolean {
    return this.node === this.#own(other);
  }
  isSubsetOf(other: PacketSet): boolean {
    return this.minus(other).isEmpty();
  }
  overlaps(other: PacketSet): boolean {
    return !this.intersect(other).isEmpty();
  }
  /** One value for each dimension of the space, in order. */
  has(values: readonly bigint[]): boolean {
    return terminalAt(this.diagrams, this.node, values) === 1;
  }

  /** What is in the set for some value of the dimensions. */
  exists(...dimensions: readonly string[]): PacketSet {
    return this.#quantify(union, dimensions, true);
  }
  /** What is in the set for every value of the dimensions. */
  forAll(...dimensions: readonly string[]): PacketSet {
    return this.#quantify(intersection, dimensions, true);
  }
  /** What is in the set for some value of every other dimension. */
  project(...dimensions: readonly string[]): PacketSet {
    return this.#quantify(union, dimensions, false);
  }

  /** The packets that are in the set once they are given these values: the pre-image of an assignment. */
  whenSet(values: Readonly<Record<string, bigint>>): PacketSet {
    const { layout } = this.diagrams;
    const given = new Map(Object.entries(values).map(([name, value]) => [layout.index(name), value]));
    return this.#of(assign(this.diagrams, this.node, given));
  }
  /** The packets that are in the set once a number of theirs keeps these bits and those are flipped: `(old & keep) ^ flip`. */
  whenMasked(dimension: string, keep: bigint, flip: bigint): PacketSet {
    const { layout } = this.diagrams;
    return this.#of(remask(this.diagrams, this.node, layout.index(dimension), keep, flip));
  }
  /** What is in the set for some value of these bits of a number. */
  whateverBits(dimension: string, bits: bigint): PacketSet {
    const { layout } = this.diagrams;
    return this.#of(someBits(this.diagrams, this.node, layout.index(dimension), bits));
  }
  /** The packets that are in the set once these pairs of dimensions are swapped. */
  whenSwapped(...pairs: readonly (readonly [string, string])[]): PacketSet {
    const { layout } = this.diagrams;
    const indices = pairs.map(([a, b]) => [layout.index(a), layout.index(b)] as const);
    const to = new Map(indices.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
    return this.#of(rename(this.diagrams, this.node, to));
  }

  /** A member: the lowest value of the first dimension, and so on. */
  lowest(): readonly bigint[] | undefined {
    return lowest(this.diagrams, this.node);
  }
  /** The values of a set that speaks of one dimension alone. */
  ranges(dimension: string): Generator<Range> {
    return rangesOf(this.diagrams, this.node, this.diagrams.layout.index(dimension));
  }
  count(): bigint {
    return count(this.diagrams, this.node);
  }

  #apply(operation: Operation, other: PacketSet): PacketSet {
    return this.#of(this.diagrams.apply(operation, this.node, this.#own(other)));
  }
  #quantify(operation: Operation, dimensions: readonly string[], areNamed: boolean): PacketSet {
    const { layout } = this.diagrams;
    const named = new Set(dimensions.map((name) => layout.index(name)));
    return this.#of(quantify(this.diagrams, this.node, (d) => named.has(d) === areNamed, operation));
  }
  #of(node: Node): PacketSet {
    return new PacketSet(this.diagrams, node);
  }
  #own(other: PacketSet): Node {
    if (other.diagrams !== this.diagrams) throw new Error("sets of different spaces do not mix");
    return other.node;
  }
}
