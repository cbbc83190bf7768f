import type { Span } from "./program.ts";

/** Of users and groups: 4294967295 is nobody. */
const highest = 0xfffffffe;

/** Each by its number, or all that there can be: somebody, then, and not nobody. Undefined: a range of some. */
export function ownersIn(
  spans: readonly Span[],
  isNegated: boolean,
): { readonly ids: readonly number[]; readonly isNegated: boolean } | undefined {
  const [{ first, last } = { first: 0, last: 0 }] = spans;
  if (spans.length === 1 && first === 0 && last === highest && !isNegated) return { ids: [], isNegated: true };
  if (spans.some((span) => span.first !== span.last)) return undefined;
  return { ids: spans.map((span) => span.first), isNegated };
}
