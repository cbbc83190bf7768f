import { shown, visible, width } from "./display.ts";
import type { Lines } from "./lines.ts";
import type { Paint, Style } from "./paint.ts";

/** A range of one text, underlined by `sign` with something said about it. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly sign: "^" | "-" | "~" | "+";
  readonly style: Style;
  readonly text: string;
}

/** The part of a mark that lies on one line, in UTF-16 units from the line's start. */
interface Piece {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly mark: Mark;
  readonly text: string;
}

/** A longer line is cut to this many units around its first mark. */
const longest = 160;

/** The last line that a mark touches. A mark may end with a line's end and still not touch the next line. */
export function lastLine(lines: Lines, { start, end }: { readonly start: number; readonly end: number }): number {
  return lines.position(Math.max(start, end - 1)).line;
}

/** A mark over several lines underlines its first and its last one; its text stands under the last. */
function pieces(lines: Lines, mark: Mark): readonly Piece[] {
  const first = lines.position(mark.start);
  const last = lastLine(lines, mark);
  const from = first.column - 1;
  if (last === first.line) return [{ line: last, from, to: mark.end - lines.start(last), mark, text: mark.text }];
  const end = lines.line(last);
  return [
    { line: first.line, from, to: lines.line(first.line).length, mark, text: "" },
    { line: last, from: end.length - end.trimStart().length, to: mark.end - lines.start(last), mark, text: mark.text },
  ];
}

/** The marked lines of a text with their numbers, each over its underlines; `...` stands for the lines between. */
export function frame(lines: Lines, marks: readonly Mark[], gutter: number, paint: Paint): readonly string[] {
  const byLine = Map.groupBy(
    marks.flatMap((mark) => pieces(lines, mark)),
    (piece) => piece.line,
  );
  const margin = (label: string) => paint("gutter", `${label.padStart(gutter)} |`);
  const out = [margin("")];
  let previous: number | undefined;
  for (const [line, found] of [...byLine].toSorted(([a], [b]) => a - b)) {
    if (previous !== undefined && line > previous + 1) out.push(paint("gutter", "..."));
    previous = line;
    const text = lines.line(line);
    const first = Math.min(...found.map((piece) => piece.from));
    const from = text.length > longest ? Math.max(0, Math.min(first - longest / 4, text.length - longest)) : 0;
    const to = Math.min(text.length, from + longest);
    const lead = from > 0 ? "…" : "";
    const row = `${lead}${shown(text.slice(from, to))}${to < text.length ? "…" : ""}`;
    out.push(`${margin(String(line))} ${row}`.trimEnd());
    for (const piece of found.toSorted((a, b) => a.from - b.from)) {
      const start = Math.min(Math.max(piece.from, from), to);
      const column = width(lead + shown(text.slice(from, start)));
      const signs = Math.max(1, width(shown(text.slice(start, Math.min(piece.to, to)))));
      const underline = `${piece.mark.sign.repeat(signs)} ${visible(piece.text)}`.trimEnd();
      out.push(`${margin("")} ${" ".repeat(column)}${paint(piece.mark.style, underline)}`);
    }
  }
  return out;
}
