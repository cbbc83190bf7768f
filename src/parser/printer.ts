import type * as ast from "./ast.ts";
import { indented, type Listing, layout, type Piece, trailing } from "./layout.ts";
import { printed } from "./print-statements.ts";
import { packet } from "./print-values.ts";

const INDENT = 2;

/** The canonical text of a file: one statement a line, two spaces of indent, every comment in its place. */
export function print(file: ast.File): string {
  const lines = [
    ...line(file.head.version, [`ksp ${file.version.text}`], 0),
    ...line(file.head.name, [`${file.type} ${file.name.name}`], 0),
    ...file.statements.flatMap(statementLines),
    ...file.end,
  ];
  return `${lines.join("\n")}\n`;
}

/** One statement without its comments. */
export function printStatement(statement: ast.Statement): string {
  const { head, block } = printed(statement);
  const body = block ? [...block.items.flatMap(({ pieces }) => layout(bare(pieces), INDENT)), "}"] : [];
  return [...layout(bare(head), 0), ...body].join("\n");
}

/** A packet on one line, as a claim or a question writes it. */
export const printPacket = (value: ast.Packet): string =>
  bare(packet(value))
    .map((piece) => (typeof piece === "string" ? piece : piece.items.map(({ text }) => text).join(", ")))
    .join(" ");

function statementLines(statement: ast.Statement): readonly string[] {
  const { head, block } = printed(statement);
  const first = line(statement.trivia, head, 0);
  if (block === undefined) return first;
  const items = block.items.flatMap(({ trivia, pieces }) => line(trivia, pieces, INDENT));
  const end = block.end.map((comment) => indented(comment, " ".repeat(INDENT)));
  return [...first, ...items, ...end, `}${trailing(block.behind)}`];
}

function line({ before, behind, blank }: ast.Trivia, pieces: readonly Piece[], indent: number): readonly string[] {
  const lines = layout(pieces, indent);
  const margin = " ".repeat(indent);
  return [
    ...(blank ? [""] : []),
    ...before.map((comment) => indented(comment, margin)),
    ...lines.slice(0, -1),
    `${lines.at(-1) ?? ""}${trailing(behind)}`,
  ];
}

const bare = (pieces: readonly Piece[]): readonly Piece[] =>
  pieces.map((piece): Piece => (typeof piece === "string" ? piece : withoutComments(piece)));

const withoutComments = ({ separator, items }: Listing): Listing => ({
  separator,
  items: items.map(({ text }) => ({ text })),
});
