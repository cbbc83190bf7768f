import type { IToken } from "chevrotain";
import * as t from "./tokens.ts";

/** The tokens of one logical line; a line that goes on after `,` or `->` is one. */
export interface TokenLine {
  readonly tokens: readonly IToken[];
  /** Its NL token. */
  readonly end: IToken | undefined;
}

export function tokenLines(tokens: readonly IToken[]): readonly TokenLine[] {
  const lines: TokenLine[] = [];
  let current: IToken[] = [];
  for (const token of tokens) {
    if (token.tokenType !== t.NL) {
      current.push(token);
      continue;
    }
    if (current.length > 0) lines.push({ tokens: current, end: token });
    current = [];
  }
  return current.length > 0 ? [...lines, { tokens: current, end: undefined }] : lines;
}

export const first = ({ tokens }: TokenLine): IToken | undefined => tokens[0];
export const start = (line: TokenLine): number => first(line)?.startOffset ?? 0;
export const end = ({ tokens }: TokenLine): number => {
  const last = tokens.at(-1);
  return last ? last.startOffset + last.image.length : 0;
};
export const holds = ({ tokens }: TokenLine, type: IToken["tokenType"]): boolean =>
  tokens.some((token) => token.tokenType === type);
