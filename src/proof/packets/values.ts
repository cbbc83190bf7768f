import type { Diagrams, Node } from "./diagrams.ts";
import type { Range } from "./layout.ts";
import { terminals } from "./operation.ts";

/** The lowest value from `from` on that is in a set (or is not). The set must depend on this dimension alone. */
function seek(diagrams: Diagrams, node: Node, dimension: number, from: bigint, isIn: boolean): bigint | undefined {
  const { layout } = diagrams;
  const end = layout.end[dimension] as number;

  /** `rest`: the digits of `from` still to come; absent where a higher digit is already above it. */
  const walk = (at: Node, level: number, rest: bigint | undefined): bigint | undefined => {
    if (at < terminals) return (at === 1) === isIn ? (rest ?? 0n) : undefined;
    if (level >= end) throw new Error("the set depends on other dimensions, too");
    const below = BigInt(layout.below[level] as number);
    const lowest = rest === undefined ? 0 : Number(rest >> below);
    const found = (child: Node, digit: number, lower: bigint | undefined): bigint | undefined => {
      const value = walk(child, level + 1, lower);
      return value === undefined ? undefined : (BigInt(digit) << below) + value;
    };
    const edges: (readonly [number, Node])[] = [];
    if (diagrams.level(at) > level) edges.push([layout.highestDigit[level] as number, at]);
    else
      for (let edge = diagrams.firstEdge(at); edge < diagrams.endEdge(at); edge++)
        edges.push([diagrams.last(edge), diagrams.child(edge)]);
    let first = 0;
    for (const [last, child] of edges) {
      let digit = Math.max(first, lowest);
      first = last + 1;
      if (digit > last) continue;
      if (rest !== undefined && digit === lowest) {
        const value = found(child, digit, BigInt.asUintN(Number(below), rest));
        if (value !== undefined) return value;
        if (++digit > last) continue;
      }
      const value = found(child, digit, undefined);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return walk(node, layout.first[dimension] as number, from);
}

/** The values of a set that depends on one dimension alone, from low to high, neighbours together. */
export function* rangesOf(diagrams: Diagrams, node: Node, dimension: number): Generator<Range> {
  const highest = diagrams.layout.highest[dimension] as bigint;
  for (let from = 0n; from <= highest; ) {
    const first = seek(diagrams, node, dimension, from, true);
    if (first === undefined) return;
    const after = seek(diagrams, node, dimension, first, false) ?? highest + 1n;
    yield { first, last: after - 1n };
    from = after;
  }
}

/** The lowest member, dimension by dimension; undefined of the empty set. */
export function lowest(diagrams: Diagrams, node: Node): readonly bigint[] | undefined {
  const { layout } = diagrams;
  if (node === 0) return undefined;
  const values = layout.dimensions.map(() => 0n);
  let at = node;
  while (at >= terminals) {
    const level = diagrams.level(at);
    let edge = diagrams.firstEdge(at);
    let digit = 0;
    // Every child but the empty set has a member.
    while (diagrams.child(edge) === 0) digit = diagrams.last(edge++) + 1;
    const dimension = layout.dimensionOf[level] as number;
    values[dimension] = (values[dimension] as bigint) + (BigInt(digit) << BigInt(layout.below[level] as number));
    at = diagrams.child(edge);
  }
  return values;
}

/** How many members a set has. */
export function count(diagrams: Diagrams, node: Node): bigint {
  const { layout } = diagrams;
  /** The number of ways through the levels from one on. */
  const ways: bigint[] = [1n];
  for (let level = layout.depth - 1; level >= 0; level--)
    ways.unshift((ways[0] as bigint) * BigInt((layout.highestDigit[level] as number) + 1));
  const known = new Map<Node, bigint>();
  /** Members below a node's own level. */
  const of = (at: Node): bigint => {
    if (at < terminals) return at === 0 ? 0n : 1n;
    const before = known.get(at);
    if (before !== undefined) return before;
    let [sum, digit] = [0n, 0];
    for (let edge = diagrams.firstEdge(at); edge < diagrams.endEdge(at); edge++) {
      const [last, child] = [diagrams.last(edge), diagrams.child(edge)];
      const between = (ways[diagrams.level(at) + 1] as bigint) / (ways[diagrams.level(child)] as bigint);
      sum += BigInt(last - digit + 1) * between * of(child);
      digit = last + 1;
    }
    known.set(at, sum);
    return sum;
  };
  return ((ways[0] as bigint) / (ways[diagrams.level(node)] as bigint)) * of(node);
}
