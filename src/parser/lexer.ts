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

/** A run of characters that no token matches. */
export interface Unmatched {
  readonly offset: number;
  readonly length: number;
}

export interface Lexed {
  /** Line ends that continue a statement are left out; a missing last line end is supplied. */
  readonly tokens: IToken[];
  readonly continuations: Continuations;
  readonly unmatched: readonly Unmatched[];
}

let lexer: Lexer | undefined;

/** The texts of the lexer's errors are never shown; building them would cost. */
const silent = { buildUnexpectedCharactersMessage: () => "", buildUnableToPopLexerModeMessage: () => "" };

export function lex(text: string): Lexed {
  lexer ??= new Lexer([...t.allTokens], {
    positionTracking: "onlyOffset",
    ensureOptimizations: true,
    skipValidations: true,
    errorMessageProvider: silent,
  });
  const { tokens: raw, errors } = lexer.tokenize(text.endsWith("\n") ? text : `${text}\n`);
  const tokens: IToken[] = [];
  const elements = new Map<number, LineBreak>();
  const hoisted: { offset: number; comments: readonly string[] }[] = [];
  raw.forEach((token, i) => {
    // The lexer tracks starts only, which is faster; the parser's node locations need ends.
    token.endOffset = token.startOffset + token.image.length - 1;
    const before = tokens.at(-1);
    if (token.tokenType !== t.NL || before === undefined || !continues(before)) {
      tokens.push(token);
      return;
    }
    const found = lineBreak(token.image);
    if (found.behind === undefined && found.lines.length === 0) return;
    if (before.tokenType === t.COMMA && (isLiteralNet(tokens.at(-2)) || isLiteralNet(raw[i + 1]))) {
      elements.set(before.startOffset, found);
    } else {
      const comments = [found.behind ?? "", ...found.lines].filter((line) => line !== "");
      if (comments.length > 0) hoisted.push({ offset: before.startOffset, comments });
    }
  });
  return { tokens, continuations: { elements, hoisted }, unmatched: errors };
}

const continues = (token: IToken): boolean => token.tokenType === t.COMMA || token.tokenType === t.ARROW;

const literalNets = new Set([t.PREFIX, t.RANGE, t.ADDRESS, t.LIST]);
/** A parameter alone does not tell: it stands in lists of ports and texts, too. */
const isLiteralNet = (token: IToken | undefined): boolean => token !== undefined && literalNets.has(token.tokenType);
