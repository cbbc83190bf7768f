import type { Layout } from "./layout.ts";
import { type Operation, terminals } from "./operation.ts";

/** A proof that grows beyond its budget has failed. It is never skipped. */
export class BudgetExceeded extends Error {
  override readonly name = "BudgetExceeded";
  readonly budget: number;

  constructor(budget: number) {
    super(`the proof needs more than ${budget} nodes and edges`);
    this.budget = budget;
  }
}

/** The id of a diagram. Two diagrams of one pool are equal exactly when their ids are. */
export type Node = number;

/**
 * A pool of decision diagrams: each node stands on one level and has an edge for every run of digits that leads to the same
 * child. Nodes are shared and in normal form (no node with one edge, no two neighbouring edges to one child, no two nodes
 * alike), so a diagram is canonical. A child has a smaller id than its parent. Nothing is ever freed: a pool lives as long
 * as one proof.
 */
export class Diagrams {
  readonly layout: Layout;
  readonly #budget: number;

  #levels = new Uint32Array(initial);
  /** The edges of node n are those from `starts[n]` to before `starts[n + 1]`. */
  #starts = new Uint32Array(initial + 1);
  #nodes = terminals;
  /** The last digit that an edge is for; the edges of a node cover all digits. */
  #lasts = new Uint32Array(4 * initial);
  #children = new Uint32Array(4 * initial);
  #edges = 0;

  /** Open addressing; 0 is a terminal and means free. */
  #slots = new Uint32Array(2 * initial);
  #hashes = new Uint32Array(2 * initial);

  /** Direct-mapped: operation, left, right, result. It forgets, and never confuses: keys are compared whole. */
  #cache = new Uint32Array(4 * initial);

  /** Edges of nodes under construction, one on top of the other. */
  #openLasts = new Uint32Array(1 << 12);
  #openChildren = new Uint32Array(1 << 12);
  #open = 0;

  constructor(layout: Layout, budget: number) {
    this.layout = layout;
    this.#budget = budget;
    this.#levels.fill(layout.depth, 0, terminals);
  }

  level(node: Node): number {
    return this.#levels[node] as number;
  }
  firstEdge(node: Node): number {
    return this.#starts[node] as number;
  }
  endEdge(node: Node): number {
    return this.#starts[node + 1] as number;
  }
  last(edge: number): number {
    return this.#lasts[edge] as number;
  }
  child(edge: number): Node {
    return this.#children[edge] as Node;
  }

  /** Nodes, edges and bytes, of everything that was ever made. */
  usage(): { readonly nodes: number; readonly edges: number; readonly bytes: number } {
    const arrays = [this.#levels, this.#starts, this.#lasts, this.#children, this.#slots, this.#hashes, this.#cache];
    return {
      nodes: this.#nodes - terminals,
      edges: this.#edges,
      bytes: arrays.reduce((sum, { byteLength }) => sum + byteLength, 0),
    };
  }

  /** Begins a node. What `close` is given back. */
  open(): number {
    return this.#open;
  }

  /** The digits up to `last` that no earlier edge took lead to `child`. */
  push(last: number, child: Node, base: number): void {
    const top = this.#open;
    if (top > base && this.#openChildren[top - 1] === child) {
      this.#openLasts[top - 1] = last;
      return;
    }
    if (top === this.#openLasts.length) {
      this.#openLasts = grown(this.#openLasts, 2 * top);
      this.#openChildren = grown(this.#openChildren, 2 * top);
    }
    this.#openLasts[top] = last;
    this.#openChildren[top] = child;
    this.#open = top + 1;
  }

  /** The node with the edges pushed since `open`: an old one where there is one like it. */
  close(level: number, base: number): Node {
    const lasts = this.#openLasts;
    const children = this.#openChildren;
    const count = this.#open - base;
    this.#open = base;
    if (count === 1) return children[base] as Node;
    const hash = this.#hash(level, base, count);
    let slot = this.#find(hash, level, base, count);
    const known = this.#slots[slot] as Node;
    if (known !== 0) return known;

    if (this.#nodes + this.#edges + count >= this.#budget) throw new BudgetExceeded(this.#budget);
    if (this.#nodes === this.#levels.length) {
      this.#growNodes();
      slot = this.#find(hash, level, base, count);
    }
    if (this.#edges + count > this.#lasts.length) {
      const length = Math.max(2 * this.#lasts.length, this.#edges + count);
      this.#lasts = grown(this.#lasts, length);
      this.#children = grown(this.#children, length);
    }
    const node = this.#nodes++;
    for (let i = 0; i < count; i++) {
      this.#lasts[this.#edges + i] = lasts[base + i] as number;
      this.#children[this.#edges + i] = children[base + i] as number;
    }
    this.#levels[node] = level;
    this.#starts[node] = this.#edges;
    this.#edges += count;
    this.#starts[node + 1] = this.#edges;
    this.#slots[slot] = node;
    this.#hashes[slot] = hash;
    return node;
  }

  /** Terminal by terminal, wherever the two diagrams lead. */
  apply(operation: Operation, a: Node, b: Node): Node {
    if (a < terminals) {
      if (b < terminals) return operation.table[a * terminals + b] as Node;
      const decided = operation.leftDecides[a] as number;
      if (decided >= 0) return decided;
      if (operation.isLeftUnit[a] === 1) return b;
    } else if (b < terminals) {
      const decided = operation.rightDecides[b] as number;
      if (decided >= 0) return decided;
      if (operation.isRightUnit[b] === 1) return a;
    } else if (a === b) {
      if (operation.isIdempotent) return a;
      if (operation.ofEqual >= 0) return operation.ofEqual;
    }
    const isSwapped = operation.isCommutative && a > b;
    const left = isSwapped ? b : a;
    const right = isSwapped ? a : b;
    const hash = hashOf(operation.id, left, right);
    const known = (hash & (this.#cache.length / 4 - 1)) << 2;
    const cache = this.#cache;
    if (cache[known] === operation.id && cache[known + 1] === left && cache[known + 2] === right)
      return cache[known + 3] as Node;
    const result = this.#applyEdges(operation, left, right);
    // The cache may have grown meanwhile.
    const entry = (hash & (this.#cache.length / 4 - 1)) << 2;
    this.#cache[entry] = operation.id;
    this.#cache[entry + 1] = left;
    this.#cache[entry + 2] = right;
    this.#cache[entry + 3] = result;
    return result;
  }

  /** The edges of both, cut where either is. A node further down is one edge for all digits of the higher level. */
  #applyEdges(operation: Operation, a: Node, b: Node): Node {
    const levelA = this.#levels[a] as number;
    const levelB = this.#levels[b] as number;
    const level = levelA < levelB ? levelA : levelB;
    const highest = this.layout.highestDigit[level] as number;
    const base = this.#open;
    let edgeA = levelA === level ? (this.#starts[a] as number) : -1;
    let edgeB = levelB === level ? (this.#starts[b] as number) : -1;
    for (;;) {
      const lastA = edgeA < 0 ? highest : (this.#lasts[edgeA] as number);
      const lastB = edgeB < 0 ? highest : (this.#lasts[edgeB] as number);
      const last = lastA < lastB ? lastA : lastB;
      const childA = edgeA < 0 ? a : (this.#children[edgeA] as number);
      const childB = edgeB < 0 ? b : (this.#children[edgeB] as number);
      this.push(last, this.apply(operation, childA, childB), base);
      if (last === highest) return this.close(level, base);
      if (edgeA >= 0 && lastA === last) edgeA++;
      if (edgeB >= 0 && lastB === last) edgeB++;
    }
  }

  /** Where a node with these edges stands, or the free slot where it belongs. */
  #find(hash: number, level: number, base: number, count: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const node = this.#slots[slot] as Node;
      if (node === 0 || (this.#hashes[slot] === hash && this.#isLike(node, level, base, count))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isLike(node: Node, level: number, base: number, count: number): boolean {
    const start = this.#starts[node] as number;
    if (this.#levels[node] !== level || (this.#starts[node + 1] as number) - start !== count) return false;
    for (let i = 0; i < count; i++) {
      if (this.#children[start + i] !== this.#openChildren[base + i]) return false;
      if (this.#lasts[start + i] !== this.#openLasts[base + i]) return false;
    }
    return true;
  }

  #hash(level: number, base: number, count: number): number {
    let hash = Math.imul(level + 1, 0xc2b2ae35) ^ count;
    for (let i = base; i < base + count; i++) {
      hash = Math.imul(hash ^ (this.#openLasts[i] as number), 0x9e3779b1);
      hash = Math.imul(hash ^ (hash >>> 15) ^ (this.#openChildren[i] as number), 0x85ebca6b);
      hash ^= hash >>> 13;
    }
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  #growNodes(): void {
    const length = 2 * this.#levels.length;
    this.#levels = grown(this.#levels, length);
    this.#starts = grown(this.#starts, length + 1);
    const [slots, hashes, mask] = [new Uint32Array(2 * length), new Uint32Array(2 * length), 2 * length - 1];
    for (const [old, node] of this.#slots.entries()) {
      if (node === 0) continue;
      const hash = this.#hashes[old] as number;
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
      hashes[slot] = hash;
    }
    this.#slots = slots;
    this.#hashes = hashes;
    if (this.#cache.length < 2 * length && this.#cache.length < mostCached) this.#cache = new Uint32Array(2 * length);
  }
}

const initial = 1 << 14;
const mostCached = 1 << 23;

function hashOf(operation: number, left: number, right: number): number {
  const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b) ^ Math.imul(operation, 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function grown(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}
