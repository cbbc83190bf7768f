import type { Comments } from "./ast.ts";

/** Lines longer than this break at their longest list. */
const WIDTH = 120;

/** A list inside a line: the only place where a line may break. */
export interface Listing {
  readonly separator: "," | " ->";
  readonly items: readonly { readonly text: string; readonly comments?: Comments }[];
}
/** A word or a list of a line; pieces are set apart by one space. */
export type Piece = string | Listing;

/** The lines of one statement or item: one line, or one element a line where a list is too long or holds comments. */
export function layout(pieces: readonly Piece[], indent: number): readonly string[] {
  const lists = pieces.filter((piece) => typeof piece !== "string");
  const broken = new Set(lists.filter(({ items }) => items.some(({ comments }) => comments)));
  const rest = lists
    .filter((list) => !broken.has(list) && list.items.length > 1)
    .toSorted((a, b) => length(b) - length(a));
  for (;;) {
    const lines = render(pieces, indent, broken);
    const next = rest.shift();
    if (next === undefined || lines.every((line) => line.length <= WIDTH)) return lines;
    broken.add(next);
  }
}

const length = ({ items }: Listing): number => items.reduce((sum, { text }) => sum + text.length + 2, 0);

function render(pieces: readonly Piece[], indent: number, broken: ReadonlySet<Listing>): readonly string[] {
  const lines: string[] = [];
  const inner = " ".repeat(indent + 2);
  let words: string[] = [];
  let margin = " ".repeat(indent);
  const endLine = (behind: string | undefined) => {
    lines.push(margin + words.join(" ") + trailing(behind));
    words = [];
    margin = inner;
  };
  for (const piece of pieces) {
    if (typeof piece === "string") words.push(piece);
    else if (!broken.has(piece)) words.push(piece.items.map(({ text }) => text).join(`${piece.separator} `));
    else {
      piece.items.forEach(({ text, comments }, i) => {
        lines.push(...(comments?.before ?? []).map((comment) => indented(comment, inner)));
        if (i === piece.items.length - 1) words.push(text);
        else {
          words.push(text + piece.separator);
          endLine(comments?.behind);
        }
      });
    }
  }
  endLine(undefined);
  return lines;
}

export const trailing = (comment: string | undefined): string => (comment === undefined ? "" : `  ${comment}`);

export const indented = (comment: string, margin: string): string => (comment === "" ? "" : margin + comment);
