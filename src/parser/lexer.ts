import { type IToken, Lexer } from "chevrotain";
import { type LineBreak, lineBreak } from "./line-break.ts";
import * as t from "./tokens.ts";

/** Comments that stand inside a statement, behind a `,` or `->` at a line's end. */
export interface Continuations {
  /** In lists of addresses, by the offset of the comma: they stay with their element. */
  readonly elements: ReadonlyMap<number, LineBreak>;
  /** Everywhere else, in order: they move above the statement. */
  readonly hoisted: readonly { readonly offset: number; readonly comments: readonly string[] }[];
}

export interface Lexed {
  /** Line ends that continue a statement are left out; a missing last line end is supplied. */
  readonly tokens: IToken[];
  readonly continuations: Continuations;
  /** Runs of characters that are no token; they are left out of `tokens`. */
  readonly unknown: readonly IToken[];
}

let lexer: Lexer | undefined;

export function lex(text: string): Lexed {
  lexer ??= new Lexer([...t.lexerTokens], {
    positionTracking: "onlyOffset",
    ensureOptimizations: true,
    skipValidations: true,
  });
  const { tokens } = lexer.tokenize(text.endsWith("\n") ? text : `${text}\n`);
  const unknown: IToken[] = [];
  const elements = new Map<number, LineBreak>();
  const hoisted: { offset: number; comments: readonly string[] }[] = [];
  const continueLine = (before: IToken, lineEnd: IToken, element: IToken | undefined, next: IToken | undefined) => {
    const found = lineBreak(lineEnd.image);
    if (found.behind === undefined && found.lines.length === 0) return;
    if (before.tokenType === t.COMMA && (isLiteralNet(element) || isLiteralNet(next))) {
      elements.set(before.startOffset, found);
    } else {
      const comments = [found.behind ?? "", ...found.lines].filter((line) => line !== "");
      if (comments.length > 0) hoisted.push({ offset: before.startOffset, comments });
    }
  };
  // The tokens to keep move to the front of the same array: there may be millions.
  let kept = 0;
  tokens.forEach((token, i) => {
    // The lexer tracks starts only, which is faster; the parser's node locations need ends.
    token.endOffset = token.startOffset + token.image.length - 1;
    const before = tokens[kept - 1];
    if (token.tokenType === t.UNKNOWN) unknown.push(token);
    else if (token.tokenType === t.NL && before && kept > 0 && continues(before)) {
      continueLine(before, token, tokens[kept - 2], tokens[i + 1]);
    } else tokens[kept++] = token;
  });
  tokens.length = kept;
  return { tokens, continuations: { elements, hoisted }, unknown };
}

const continues = (token: IToken): boolean => token.tokenType === t.COMMA || token.tokenType === t.ARROW;

const literalNets = new Set([t.PREFIX, t.RANGE, t.ADDRESS, t.LIST]);
/** A parameter alone does not tell: it stands in lists of ports and texts, too. */
const isLiteralNet = (token: IToken | undefined): boolean => token !== undefined && literalNets.has(token.tokenType);
