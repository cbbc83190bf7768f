import type { IToken } from "chevrotain";
import { type Diagnostic, diagnostic, type Help } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/did-you-mean.ts";
import { accepts, expectation, expectedWords, inWords, misfit, oneOf } from "./expectation.ts";
import { type Faults, shorten } from "./faults.ts";
import type { EntryRule, Grammar } from "./grammar.ts";
import { end, first, holds, start, type TokenLine } from "./lines.ts";
import { describe, spanOf } from "./misfit-message.ts";
import * as t from "./tokens.ts";

/** Statements with a block, and the rule of the block's lines. */
export const blocks = new Map<string, EntryRule>([
  ["import", "binding"],
  ["link", "linkItem"],
  ["helper", "helperItem"],
  ["tunnel", "tunnelItem"],
  ["app", "appItem"],
  ["watch", "probe"],
  ["reconnect", "reconnectItem"],
  ["control", "controlItem"],
]);

export const isStatementWord = (token: IToken | undefined): boolean =>
  t.statementWords.some((word) => word === token?.image);
export const isWord = (token: IToken): boolean => token.tokenType === t.NAME || t.keywords.includes(token.tokenType);

/** Judges lines one by one, each by the rule that it should follow. */
export class LineJudge {
  readonly #faults: Faults;
  readonly #grammar: Grammar;
  readonly #lines: readonly TokenLine[];

  constructor(faults: Faults, grammar: Grammar, lines: readonly TokenLine[]) {
    this.#faults = faults;
    this.#grammar = grammar;
    this.#lines = lines;
  }

  /** Judges a line, or two that should be one; returns how many it took. */
  lineOf(rule: EntryRule, index: number, block?: string): number {
    const line = this.#lines[index];
    const next = this.#lines[index + 1];
    if (!line) return 1;
    if (next && this.#breaks(rule, line, next)) {
      this.add(next, this.#broken(line, next));
      return 2;
    }
    this.check(rule, line, block);
    return 1;
  }

  /** Two lines that do not both follow the grammar, but would as one. */
  #breaks(rule: EntryRule, line: TokenLine, next: TokenLine): boolean {
    const token = first(next);
    if (!token || isStatementWord(token) || this.#faults.within(start(line), end(next))) return false;
    if (holds(next, t.OPEN) || holds(next, t.CLOSE)) return false;
    if (accepts(this.#grammar, rule, next.tokens)) return false;
    return accepts(this.#grammar, rule, [...line.tokens, ...next.tokens]);
  }

  #broken(line: TokenLine, next: TokenLine): Diagnostic {
    const token = first(next);
    const gap = this.#faults.span(end(line), start(next));
    const joins = line.end !== undefined && !line.end.image.includes("#");
    const help: Help = { text: "put it on one line", edits: joins ? [{ span: gap, text: " " }] : [] };
    const at = token ? spanOf(this.#faults, token) : gap;
    const label = "a line goes on only behind `,` and `->`";
    return diagnostic("KSP1021", { word: first(line)?.image ?? "" }, { at, label, help });
  }

  /** Judges a line by a rule, unless it has a fault already. */
  check(rule: EntryRule, line: TokenLine, block?: string): boolean {
    if (this.#faults.within(start(line), end(line))) return false;
    const index = misfit(this.#grammar, rule, line.tokens);
    // The head of a block ends with its brace, and the rule would go on.
    if (index === undefined || (index === line.tokens.length && line.tokens.at(-1)?.tokenType === t.OPEN)) return true;
    const token = first(line);
    const unknown = index === 0 && token && isWord(token) && (rule === "statement" || block !== undefined);
    if (unknown) this.add(line, this.#unknownWord(rule, token, block));
    else this.add(line, describe(this.#faults, this.#grammar, { rule, tokens: line.tokens, index }));
    return false;
  }

  #unknownWord(rule: EntryRule, token: IToken, block: string | undefined): Diagnostic {
    const at = spanOf(this.#faults, token);
    const word = shorten(token.image);
    if (block === undefined && ["ksp", "policy", "fragment"].includes(word)) {
      const label = "the head of the file stands first, and once";
      return diagnostic("KSP1006", { word, where: "here" }, { at, label });
    }
    const homes = [...blocks].filter(([, item]) => item !== rule && item !== "binding" && this.startsItem(item, token));
    if (homes.length > 0) {
      const where = block === undefined ? "outside a block" : `inside \`${block}\``;
      const label = `it belongs inside ${oneOf(homes.map(([home]) => `\`${home}\``))}`;
      return diagnostic("KSP1006", { word, where }, { at, label });
    }
    const expected = expectation(this.#grammar, rule);
    const [similar] = didYouMean(token.image, expectedWords(expected));
    const help: Help | undefined = similar
      ? { text: "a similar word exists", edits: [{ span: at, text: similar }] }
      : undefined;
    const details = { at, label: inWords(expected), ...(help && { help }) };
    return block === undefined
      ? diagnostic("KSP1002", { word }, details)
      : diagnostic("KSP1022", { word, block }, details);
  }

  /** Adds a fault, unless its line has one already. */
  add(line: TokenLine, fault: Diagnostic): void {
    if (!this.#faults.within(start(line), end(line))) this.#faults.add(fault);
  }

  /** Whether lines of a block may start with a word. */
  startsItem(rule: EntryRule, token: IToken): boolean {
    return expectedWords(expectation(this.#grammar, rule)).includes(token.image);
  }
}
