import type { Diagrams, Node } from "./diagrams.ts";
import type { Range } from "./layout.ts";
import { union } from "./operation.ts";
import { Segments, write } from "./segments.ts";

/**
 * Many ranges of one dimension, in any order and overlapping, each with what it leads to; where some overlap, with what all
 * of them lead to. A hundred times cheaper than a union of sets, because no intermediate set is ever made.
 */
export class Table {
  readonly #diagrams: Diagrams;
  readonly #dimension: number;
  readonly #limbs: number;
  readonly #value: Uint32Array;
  readonly #highest: bigint;
  #firsts: Uint32Array;
  #lasts: Uint32Array;
  #nodes: Uint32Array;
  #count = 0;

  constructor(diagrams: Diagrams, dimension: number, capacity = 1024) {
    this.#diagrams = diagrams;
    this.#dimension = dimension;
    this.#limbs = diagrams.layout.limbs[dimension] as number;
    this.#value = new Uint32Array(this.#limbs);
    this.#highest = diagrams.layout.highest[dimension] as bigint;
    this.#firsts = new Uint32Array(capacity * this.#limbs);
    this.#lasts = new Uint32Array(capacity * this.#limbs);
    this.#nodes = new Uint32Array(capacity);
  }

  add({ first, last }: Range, node: Node): void {
    if (last < first || first < 0n || last > this.#highest)
      throw new Error("a range must go up and stay within its dimension");
    if (this.#count === this.#nodes.length) {
      this.#firsts = grown(this.#firsts);
      this.#lasts = grown(this.#lasts);
      this.#nodes = grown(this.#nodes);
    }
    this.#firsts.set(write(this.#value, first), this.#count * this.#limbs);
    this.#lasts.set(write(this.#value, last), this.#count * this.#limbs);
    this.#nodes[this.#count++] = node;
  }

  build(): Node {
    if (this.#count === 0) return 0;
    return this.#sweep(this.#sorted()) ?? this.#asPrefixes().build();
  }

  /**
   * From low to high, with the ranges around the current value on a stack. Prefixes are nested or disjoint, and so are most
   * other ranges; undefined where two of them cross.
   */
  #sweep(order: Uint32Array): Node | undefined {
    const [limbs, firsts, lasts] = [this.#limbs, this.#firsts, this.#lasts];
    const segments = new Segments(this.#diagrams.layout, this.#dimension, 2 * this.#count + 1);
    const next = new Uint32Array(limbs);
    const before = new Uint32Array(limbs);
    const end = write(new Uint32Array(limbs), this.#highest);
    let isComplete = false;
    const stack: number[] = [];
    const nodes: Node[] = [];

    const endAt = (last: Uint32Array, at: number, node: Node): void => {
      if (isComplete || compare(next, 0, last, at, limbs) > 0) return;
      segments.add(last, at, node);
      for (let i = 0; i < limbs; i++) next[i] = last[at + i] as number;
      isComplete = step(next, 1) || compare(next, 0, end, 0, limbs) > 0;
    };
    const endBefore = (first: number, node: Node): void => {
      if (compare(next, 0, firsts, first, limbs) >= 0) return;
      for (let i = 0; i < limbs; i++) before[i] = firsts[first + i] as number;
      step(before, -1);
      endAt(before, 0, node);
    };

    for (const entry of order) {
      const at = entry * limbs;
      for (
        let top = stack.at(-1);
        top !== undefined && compare(lasts, top, firsts, at, limbs) < 0;
        top = stack.at(-1)
      ) {
        endAt(lasts, top, nodes.pop() as Node);
        stack.pop();
      }
      const around = stack.at(-1);
      if (around !== undefined && compare(lasts, at, lasts, around, limbs) > 0) return undefined;
      const outer = nodes.at(-1) ?? 0;
      endBefore(at, outer);
      stack.push(at);
      nodes.push(this.#diagrams.apply(union, outer, this.#nodes[entry] as Node));
    }
    while (stack.length > 0) endAt(lasts, stack.pop() as number, nodes.pop() as Node);
    if (!isComplete) segments.add(end, 0, 0);
    return segments.build(this.#diagrams);
  }

  /** By the first value, the wider range before those that it holds. */
  #sorted(): Uint32Array {
    const [limbs, firsts, lasts] = [this.#limbs, this.#firsts, this.#lasts];
    // What fits into a double decides nearly always.
    const keys = Float64Array.from({ length: this.#count }, (_, i) => {
      const high = firsts[i * limbs] as number;
      return limbs === 1 ? high : high * 2 ** 21 + ((firsts[i * limbs + 1] as number) >>> 11);
    });
    return Uint32Array.from({ length: this.#count }, (_, i) => i).sort(
      (a, b) =>
        (keys[a] as number) - (keys[b] as number) ||
        compare(firsts, a * limbs, firsts, b * limbs, limbs) ||
        compare(lasts, b * limbs, lasts, a * limbs, limbs),
    );
  }

  /** The same with every range cut into prefixes: those never cross. */
  #asPrefixes(): Table {
    const table = new Table(this.#diagrams, this.#dimension, 2 * this.#count);
    for (let i = 0; i < this.#count; i++) {
      const node = this.#nodes[i] as Node;
      const last = this.#read(this.#lasts, i);
      for (let first = this.#read(this.#firsts, i); first <= last; ) {
        let size = first === 0n ? 1n << 128n : first & -first;
        while (first + size - 1n > last) size >>= 1n;
        table.add({ first, last: first + size - 1n }, node);
        first += size;
      }
    }
    return table;
  }

  #read(array: Uint32Array, index: number): bigint {
    let value = 0n;
    for (let i = 0; i < this.#limbs; i++) value = (value << 32n) | BigInt(array[index * this.#limbs + i] as number);
    return value;
  }
}

function compare(a: Uint32Array, atA: number, b: Uint32Array, atB: number, limbs: number): number {
  for (let i = 0; i < limbs; i++) {
    const difference = (a[atA + i] as number) - (b[atB + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** One up or down; whether it went round. */
function step(value: Uint32Array, by: 1 | -1): boolean {
  const round = by === 1 ? 0 : 0xffffffff;
  for (let i = value.length - 1; i >= 0; i--) {
    value[i] = ((value[i] as number) + by) >>> 0;
    if (value[i] !== round) return false;
  }
  return true;
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}
