import type { Diagrams, Node } from "./diagrams.ts";
import { intersection, type Operation, terminals, union } from "./operation.ts";

/** Each node is met once, however many paths lead to it. */
function bottomUp(of: (node: Node, recur: (child: Node) => Node) => Node): (node: Node) => Node {
  const results = new Map<Node, Node>();
  const recur = (node: Node): Node => {
    if (node < terminals) return node;
    const known = results.get(node);
    if (known !== undefined) return known;
    const result = of(node, recur);
    results.set(node, result);
    return result;
  };
  return recur;
}

/** The same node with other children. */
function rebuilt(diagrams: Diagrams, node: Node, recur: (child: Node) => Node): Node {
  const base = diagrams.open();
  for (let edge = diagrams.firstEdge(node); edge < diagrams.endEdge(node); edge++)
    diagrams.push(diagrams.last(edge), recur(diagrams.child(edge)), base);
  return diagrams.close(diagrams.level(node), base);
}

/** With `union`: in the set for some value of the dimensions. With `intersection`: for every value. */
export function quantify(
  diagrams: Diagrams,
  node: Node,
  isQuantified: (dimension: number) => boolean,
  operation: Operation,
): Node {
  const { dimensionOf } = diagrams.layout;
  const walk = bottomUp((node, recur) => {
    if (!isQuantified(dimensionOf[diagrams.level(node)] as number)) return rebuilt(diagrams, node, recur);
    const first = diagrams.firstEdge(node);
    let result = recur(diagrams.child(first));
    for (let edge = first + 1; edge < diagrams.endEdge(node); edge++)
      result = diagrams.apply(operation, result, recur(diagrams.child(edge)));
    return result;
  });
  return walk(node);
}

/** What is left of a set when dimensions have these values: it no longer depends on them. */
export function assign(diagrams: Diagrams, node: Node, values: ReadonlyMap<number, bigint>): Node {
  const { dimensionOf } = diagrams.layout;
  const walk = bottomUp((node, recur) => {
    const level = diagrams.level(node);
    const value = values.get(dimensionOf[level] as number);
    return value === undefined
      ? rebuilt(diagrams, node, recur)
      : recur(diagrams.child(edgeFor(diagrams, node, digitOf(diagrams, level, value))));
  });
  return walk(node);
}

/** What is in a set once a number keeps these bits of its own and those are flipped. */
export function remask(diagrams: Diagrams, node: Node, dimension: number, keep: bigint, flip: bigint): Node {
  const { layout } = diagrams;
  const walk = bottomUp((node, recur) => {
    const level = diagrams.level(node);
    if (layout.dimensionOf[level] !== dimension) return rebuilt(diagrams, node, recur);
    const [kept, flipped] = [digitOf(diagrams, level, keep), digitOf(diagrams, level, flip)];
    const base = diagrams.open();
    for (let digit = 0; digit <= (layout.highestDigit[level] as number); digit++)
      diagrams.push(digit, recur(diagrams.child(edgeFor(diagrams, node, (digit & kept) ^ flipped))), base);
    return diagrams.close(level, base);
  });
  return walk(node);
}

/** What is in a set for some value of these bits of a number. */
export function someBits(diagrams: Diagrams, node: Node, dimension: number, bits: bigint): Node {
  const { layout } = diagrams;
  const walk = bottomUp((node, recur) => {
    const level = diagrams.level(node);
    const free = layout.dimensionOf[level] === dimension ? digitOf(diagrams, level, bits) : 0;
    if (free === 0) return rebuilt(diagrams, node, recur);
    const highest = layout.highestDigit[level] as number;
    const of = Map.groupBy(
      Array.from({ length: highest + 1 }, (_, digit) => digit),
      (digit) => digit & ~free,
    );
    const some = new Map(
      [...of].map(([kept, digits]) => {
        const children = new Set(digits.map((digit) => diagrams.child(edgeFor(diagrams, node, digit))));
        return [kept, balanced(diagrams, union, [...children].map(recur))] as const;
      }),
    );
    const base = diagrams.open();
    for (let digit = 0; digit <= highest; digit++) diagrams.push(digit, some.get(digit & ~free) as Node, base);
    return diagrams.close(level, base);
  });
  return walk(node);
}

/** Each dimension takes the part of another one of the same size: a packet is in the result when, renamed, it is in the set. */
export function rename(diagrams: Diagrams, node: Node, to: ReadonlyMap<number, number>): Node {
  const { layout } = diagrams;
  const walk = bottomUp((node, recur) => {
    const level = diagrams.level(node);
    const dimension = layout.dimensionOf[level] as number;
    const target = to.get(dimension) ?? dimension;
    if (layout.highest[target] !== layout.highest[dimension]) throw new Error("dimensions of different sizes");
    const targetLevel = level - (layout.first[dimension] as number) + (layout.first[target] as number);
    const parts: Node[] = [];
    let first = 0;
    for (let edge = diagrams.firstEdge(node); edge < diagrams.endEdge(node); edge++) {
      const digits = ofDigits(diagrams, targetLevel, first, diagrams.last(edge));
      parts.push(diagrams.apply(intersection, digits, recur(diagrams.child(edge))));
      first = diagrams.last(edge) + 1;
    }
    return balanced(diagrams, union, parts);
  });
  return walk(node);
}

/** Everything with such a digit on a level. */
function ofDigits(diagrams: Diagrams, level: number, first: number, last: number): Node {
  const highest = diagrams.layout.highestDigit[level] as number;
  const base = diagrams.open();
  if (first > 0) diagrams.push(first - 1, 0, base);
  diagrams.push(last, 1, base);
  if (last < highest) diagrams.push(highest, 0, base);
  return diagrams.close(level, base);
}

/** All together, in an order where what is combined is about equally big. The operation must be associative, 0 its unit. */
export function balanced(diagrams: Diagrams, operation: Operation, nodes: readonly Node[]): Node {
  const fold = (from: number, to: number): Node => {
    if (to - from < 2) return to === from ? 0 : (nodes[from] as Node);
    const middle = (from + to) >>> 1;
    return diagrams.apply(operation, fold(from, middle), fold(middle, to));
  };
  return fold(0, nodes.length);
}

/** The terminal that values of all dimensions lead to. */
export function terminalAt(diagrams: Diagrams, node: Node, values: readonly bigint[]): number {
  let at = node;
  while (at >= terminals) {
    const level = diagrams.level(at);
    const value = values[diagrams.layout.dimensionOf[level] as number] as bigint;
    at = diagrams.child(edgeFor(diagrams, at, digitOf(diagrams, level, value)));
  }
  return at;
}

function digitOf({ layout }: Diagrams, level: number, value: bigint): number {
  const shifted = value >> BigInt(layout.below[level] as number);
  return Number(BigInt.asUintN(layout.bits[level] as number, shifted));
}

/** The edge that a digit takes. */
function edgeFor(diagrams: Diagrams, node: Node, digit: number): number {
  let low = diagrams.firstEdge(node);
  let high = diagrams.endEdge(node) - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (diagrams.last(middle) < digit) low = middle + 1;
    else high = middle;
  }
  return low;
}
