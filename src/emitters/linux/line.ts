/** A word group of a rule. Lines whose groups are of the same kinds are aligned. */
export interface Piece {
  readonly kind: string;
  readonly text: string;
}
export type Line = readonly Piece[];

export const piece = (kind: string, text: string): Piece => ({ kind, text });

/** Every combination of one alternative of each. */
export const product = (constraints: readonly (readonly Line[])[]): readonly Line[] =>
  constraints.reduce<readonly Line[]>(
    (lines, alternatives) => lines.flatMap((line) => alternatives.map((more) => [...line, ...more])),
    [[]],
  );
