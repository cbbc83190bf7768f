import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../diagnostics/span.ts";
import type { Block, Item, Trivia } from "./ast.ts";
import type { Continuations } from "./lexer.ts";
import { type LineBreak, lineBreak } from "./line-break.ts";

/** What every builder function needs to know about the file. */
export interface Context {
  readonly file: string;
  readonly text: string;
  readonly continuations: Continuations;
}

/** One of what the grammar demands: by default the first. */
export function one<T>(list: readonly T[] | undefined, index = 0): T {
  const found = list?.[index];
  if (found === undefined) throw new Error("the tree lacks what the grammar demands");
  return found;
}

/** The keyword of a choice, as its literal type. */
export function chosen<const T extends string>(tokens: readonly IToken[] | undefined, options: readonly T[]): T {
  const { image } = one(tokens);
  const found = options.find((option) => option === image);
  if (found === undefined) throw new Error(`the grammar offers \`${image}\`, the builder does not know it`);
  return found;
}

export const spanOf = ({ file }: Context, token: IToken): Span => ({
  file,
  start: token.startOffset,
  end: token.startOffset + token.image.length,
});

export function spanOfNode({ file }: Context, { location }: CstNode): Span {
  const start = location?.startOffset ?? 0;
  return { file, start, end: (location?.endOffset ?? start - 1) + 1 };
}

/** The breaks around one statement or item. */
export interface Line {
  readonly before: LineBreak;
  readonly after: LineBreak;
  /** The first line of a file or block: a blank line before it is dropped. */
  readonly first: boolean;
}

/** `tokens` are the NL tokens around `count` lines: one before each, one behind the last. */
export function linesOf(tokens: readonly IToken[], count: number): readonly Line[] {
  const breaks = tokens.map((token) => lineBreak(token.image));
  return Array.from({ length: count }, (_, i) => ({
    before: one(breaks, i),
    after: one(breaks, i + 1),
    first: i === 0,
  }));
}

/** Comments above a line, those from inside of it included, and the one behind it. */
export function triviaOf(ctx: Context, { before, after, first }: Line, { start, end }: Span): Trivia {
  const [head, ...rest] = before.lines;
  const blank = head === "";
  const { hoisted } = ctx.continuations;
  const inside = hoisted
    .slice(lowerBound(hoisted, start), lowerBound(hoisted, end))
    .flatMap(({ comments }) => comments);
  return {
    before: [...(blank ? rest : before.lines), ...inside],
    ...(after.behind !== undefined && { behind: after.behind }),
    blank: blank && !first,
  };
}

/** The first index whose offset is not before `offset`. */
function lowerBound(list: readonly { readonly offset: number }[], offset: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (one(list, middle).offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The comments before a closing brace or the end of the file, without blank lines behind them. */
export const endOf = ({ lines }: LineBreak): readonly string[] =>
  lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);

/** The trivia of a statement with a block, and the block: the comment behind `{` is the statement's, the one behind `}` the block's. */
export function blockOf<N extends CstNode, T extends Item>(
  ctx: Context,
  line: Line,
  span: Span,
  breaks: readonly IToken[],
  items: readonly N[],
  build: (ctx: Context, node: N, line: Line) => T,
): { readonly trivia: Trivia; readonly block: Block<T> } {
  const opening = lineBreak(one(breaks).image);
  const lines = linesOf(breaks, items.length);
  return {
    trivia: triviaOf(ctx, { ...line, after: opening }, { ...span, end: span.start }),
    block: {
      items: items.map((item, i) => build(ctx, item, one(lines, i))),
      end: endOf(lineBreak(one(breaks, breaks.length - 1).image)),
      ...(line.after.behind !== undefined && { behind: line.after.behind }),
    },
  };
}
