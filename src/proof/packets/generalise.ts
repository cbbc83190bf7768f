import type { Diagrams, Node } from "./diagrams.ts";
import { difference, intersection, union } from "./operation.ts";
import { quantify } from "./quantify.ts";
import { ofRanges } from "./segments.ts";

/** A set that is a product: for each dimension the values that it has. */
export type Box = readonly Node[];

export const membersOf = (diagrams: Diagrams, box: Box): Node =>
  box.reduceRight((all, node) => diagrams.apply(intersection, node, all), 1);

/**
 * A wide box around a member. First what does not matter at all is left open, as far as it is `optional`; then all
 * dimensions grow, in this order. A value is added when everything that has it, and lies in the box otherwise, is in the
 * set: so every member of the box is.
 */
export function generalise(
  diagrams: Diagrams,
  set: Node,
  member: readonly bigint[],
  order: readonly number[],
  optional: readonly number[],
): Box {
  const box = member.map((value, dimension) => ofRanges(diagrams, dimension, [{ first: value, last: value }], 1));
  if (diagrams.apply(difference, membersOf(diagrams, box), set) !== 0) throw new Error("not a member of the set");
  const fitting = (dimension: number): Node => {
    const others = box.map((node, index) => (index === dimension ? 1 : node));
    const outside = diagrams.apply(difference, membersOf(diagrams, others), set);
    const wrong = quantify(diagrams, outside, (d) => d !== dimension, union);
    return diagrams.apply(difference, 1, wrong);
  };
  for (const dimension of optional) if (fitting(dimension) === 1) box[dimension] = 1;
  for (const dimension of order) box[dimension] = fitting(dimension);
  return box;
}
