import { type IToken, tokenMatcher } from "chevrotain";
import { diagnostic, type Help } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/did-you-mean.ts";
import { accepts, expectation, inWords } from "./expectation.ts";
import { type Faults, shorten } from "./faults.ts";
import type { EntryRule, Grammar } from "./grammar.ts";
import { blocks, isStatementWord, isWord, LineJudge } from "./line-judge.ts";
import { end, first, holds, start, type TokenLine, tokenLines } from "./lines.ts";
import { spanOf } from "./misfit-message.ts";
import * as t from "./tokens.ts";
import { walk } from "./walk.ts";

// Finds the faults of a file that does not follow the grammar, line by line: a fault on one line says nothing about the next.

export function diagnose(faults: Faults, grammar: Grammar, tokens: readonly IToken[]): void {
  const lines = tokenLines(tokens);
  if (lines.length === 0) {
    const at = faults.span(0, 0);
    const help = "a file starts with the lines `ksp 1` and `policy NAME`";
    faults.add(diagnostic("KSP1016", {}, { at, label: "no statement stands here", help }));
    return;
  }
  new Diagnosis(faults, grammar, lines).run();
}

export function checkVersion(faults: Faults, version: IToken): void {
  if (version.image === "1") return;
  const at = spanOf(faults, version);
  // No edit: words may mean something else in another version, and a fix would not ask.
  const help = "take a newer ksp, or write `ksp 1` if it was meant";
  faults.add(diagnostic("KSP1015", { version: version.image }, { at, label: "this ksp reads version 1", help }));
}

class Diagnosis {
  readonly #faults: Faults;
  readonly #grammar: Grammar;
  readonly #lines: readonly TokenLine[];
  readonly #judge: LineJudge;

  constructor(faults: Faults, grammar: Grammar, lines: readonly TokenLine[]) {
    this.#faults = faults;
    this.#grammar = grammar;
    this.#lines = lines;
    this.#judge = new LineJudge(faults, grammar, lines);
  }

  run(): void {
    let index = this.#head();
    while (index < this.#lines.length && !this.#faults.full) index = this.#statement(index);
  }

  // ---- the two head lines ----------------------------------------------------------------------------------------------------

  /** Returns the index of the first statement's line. */
  #head(): number {
    const versionAt = this.#seek(0, "version", ["ksp"], "ksp 1");
    const version = this.#lines[versionAt ?? -1]?.tokens[1];
    const next = versionAt === undefined ? 0 : versionAt + this.#judge.lineOf("version", versionAt);
    if (next === (versionAt ?? next) + 1 && version?.tokenType === t.INTEGER) checkVersion(this.#faults, version);
    const titleAt = this.#seek(next, "title", ["policy", "fragment"], "policy NAME");
    const after = titleAt === undefined ? next : titleAt + this.#judge.lineOf("title", titleAt);
    const missing = [
      ...(versionAt === undefined ? ["ksp 1"] : []),
      ...(titleAt === undefined ? [`policy ${nameFrom(this.#faults.source.file)}`] : []),
    ];
    if (missing.length > 0) this.#missingHead(next, missing);
    // A statement that slipped onto this line may open a block.
    const title = this.#lines[titleAt ?? -1];
    const open = title?.tokens.find(({ tokenType }) => tokenType === t.OPEN);
    const word = title && first(title);
    return open && word ? this.#body(after, word, open, title) : after;
  }

  /** The index of a head line; what stands before it is one fault. */
  #seek(from: number, rule: EntryRule, words: readonly string[], name: string): number | undefined {
    if (this.#isHead(from, rule, words)) return from;
    const found = this.#lines.findIndex((line, i) => i > from && words.includes(first(line)?.image ?? ""));
    const line = this.#lines[from];
    const token = line && first(line);
    if (found === -1 || !token) return undefined;
    const label = "the two lines of the head stand first; a comment starts with `#`";
    const word = shorten(token.image);
    this.#judge.add(
      line,
      diagnostic("KSP1006", { word, where: `before \`${name}\`` }, { at: spanOf(this.#faults, token), label }),
    );
    return found;
  }

  /** The line is a head line or a misspelt one. */
  #isHead(index: number, rule: EntryRule, words: readonly string[]): boolean {
    const [word, value] = this.#lines[index]?.tokens ?? [];
    if (!word) return false;
    if (words.includes(word.image)) return true;
    const similar = isWord(word) && !isStatementWord(word) && didYouMean(word.image, words).length > 0;
    return similar && value !== undefined && tokenMatcher(value, rule === "version" ? t.INTEGER : t.NAME);
  }

  /** One message for all that is missing, at the line that stands in its place. */
  #missingHead(index: number, missing: readonly string[]): void {
    const line = this.#lines[index];
    const token = line && first(line);
    const last = this.#lines.at(-1);
    const place = line ? this.#faults.lineStart(start(line)) : last ? end(last) : 0;
    const text = line ? missing.map((each) => `${each}\n`).join("") : missing.map((each) => `\n${each}`).join("");
    const at = token ? spanOf(this.#faults, token) : this.#faults.span(place, place);
    const what = missing.map((each) => `\`${each}\``).join(" and ");
    const help: Help = { text: `insert ${what}`, edits: [{ span: this.#faults.span(place, place), text }] };
    const label = `${what} must stand ${token ? "before this" : "here"}`;
    this.#faults.add(
      diagnostic("KSP1003", { line: missing[0]?.startsWith("ksp") ? "ksp 1" : "policy NAME" }, { at, label, help }),
    );
  }

  // ---- statements ------------------------------------------------------------------------------------------------------------

  /** Judges the statement that starts at a line; returns the index of the line behind it. */
  #statement(index: number): number {
    const line = this.#lines[index];
    const head = line && first(line);
    if (!line || !head) return index + 1;
    if (head.tokenType === t.CLOSE) {
      const at = spanOf(this.#faults, head);
      const help = { text: "remove it", edits: [{ span: at, text: "" }] };
      this.#judge.add(line, diagnostic("KSP1017", {}, { at, label: "no block is open here", help }));
      return index + 1;
    }
    if (holds(line, t.OPEN)) return this.#block(index, line);
    const next = this.#lines[index + 1];
    const opens = next && first(next);
    if (next && opens?.tokenType === t.OPEN && blocks.has(head.image)) {
      const at = spanOf(this.#faults, opens);
      const gap = this.#faults.span(end(line), opens.startOffset);
      const help = { text: "put it behind the statement", edits: [{ span: gap, text: " " }] };
      this.#judge.add(
        next,
        diagnostic("KSP1018", { brace: "{" }, { at, label: "`{` ends the line of its statement", help }),
      );
      return this.#body(index + 2, head, opens, line);
    }
    if (this.#lacksBrace(index, line)) {
      const at = this.#faults.span(end(line), end(line));
      const help = { text: "`{` is missing", edits: [{ span: at, text: " {" }] };
      const { index: fitting, expected } = walk(this.#grammar, "statement", line.tokens);
      const open = fitting === line.tokens.length && expected.types.includes(t.OPEN);
      if (open) this.#judge.add(line, diagnostic("KSP1023", { word: head.image }, { at, label: "expected `{`", help }));
      else this.#judge.check("statement", line);
      return this.#body(index + 1, head, undefined, line);
    }
    return index + this.#judge.lineOf("statement", index);
  }

  /** A statement lacks the `{` of its block when lines of a block, and then a `}`, follow. */
  #lacksBrace(index: number, line: TokenLine): boolean {
    const next = this.#lines[index + 1];
    const token = next && first(next);
    if (!token) return false;
    const binds = next.tokens[1]?.tokenType === t.EQUALS;
    if (!binds && accepts(this.#grammar, "statement", line.tokens)) return false;
    const isItem = [...blocks.values()].some((rule) => rule !== "binding" && this.#judge.startsItem(rule, token));
    if (!binds && !isItem && token.tokenType !== t.CLOSE) return false;
    const brace = this.#lines[this.#braceFrom(index + 1)];
    return brace !== undefined && holds(brace, t.CLOSE);
  }

  /** The next line with a brace. */
  #braceFrom(index: number): number {
    let at = index;
    while (at < this.#lines.length && !this.#hasBrace(at)) at++;
    return at;
  }

  #hasBrace(index: number): boolean {
    const line = this.#lines[index];
    return line !== undefined && (holds(line, t.CLOSE) || holds(line, t.OPEN));
  }

  /** The block that a line opens; where its word is unknown, the one that its lines fit best. */
  #blockRule(head: IToken, from: number, until: number): EntryRule | undefined {
    const said = blocks.get(head.image);
    if (said) return said;
    const lines = this.#lines.slice(from, until);
    const fitting = [...blocks.values()].map((rule) => ({
      rule,
      count: lines.filter((line) => accepts(this.#grammar, rule, line.tokens)).length,
    }));
    const best = fitting.toSorted((a, b) => b.count - a.count)[0];
    return best && best.count > 0 ? best.rule : undefined;
  }

  #block(index: number, line: TokenLine): number {
    const open = line.tokens.findIndex(({ tokenType }) => tokenType === t.OPEN);
    const brace = line.tokens[open];
    const head = first(line);
    const behind = line.tokens[open + 1];
    if (!brace || !head) return index + 1;
    if (open === 0) {
      const label = "no statement stands before it";
      this.#judge.add(line, diagnostic("KSP1018", { brace: "{" }, { at: spanOf(this.#faults, brace), label }));
    } else this.#judge.check("statement", { tokens: line.tokens.slice(0, open + 1), end: line.end });
    if (behind) {
      const at = spanOf(this.#faults, behind);
      const gap = this.#faults.span(brace.startOffset + 1, behind.startOffset);
      const help = { text: "the lines of a block stand one a line", edits: [{ span: gap, text: "\n  " }] };
      this.#judge.add(
        line,
        diagnostic(
          "KSP1005",
          { found: `\`${shorten(behind.image)}\`` },
          { at, label: "expected the end of the line", help },
        ),
      );
      if (holds({ tokens: line.tokens.slice(open), end: undefined }, t.CLOSE)) return index + 1;
    }
    return this.#body(index + 1, head, brace, line);
  }

  // ---- blocks ----------------------------------------------------------------------------------------------------------------

  /** Judges the lines of a block from `from` on; returns the index of the line behind it. */
  #body(from: number, head: IToken, open: IToken | undefined, header: TokenLine): number {
    const block = blockName(header);
    const stop = this.#braceFrom(from);
    const rule = this.#blockRule(head, from, stop);
    const closing = this.#lines[stop];
    if (closing && holds(closing, t.CLOSE)) {
      this.#items(from, stop, rule, block);
      this.#close(closing, rule);
      if (rule && stop === from && first(closing)?.tokenType === t.CLOSE && open)
        this.#emptyBlock(header, open, closing, rule, block);
      return stop + 1;
    }
    // Never closed: it should have been where the first line stands that can be no part of it.
    const intruder = this.#lines.slice(from, stop).findIndex((line) => this.#isStatement(line));
    const until = intruder === -1 ? stop : from + intruder;
    this.#items(from, until, rule, block);
    this.#unclosed(this.#lines[until - 1] ?? header, this.#lines[until], open, block);
    return until;
  }

  /** A line that starts like a statement; `log = …` binds a parameter. */
  #isStatement(line: TokenLine): boolean {
    return isStatementWord(first(line)) && line.tokens[1]?.tokenType !== t.EQUALS;
  }

  #items(from: number, until: number, rule: EntryRule | undefined, block: string): void {
    if (!rule) return;
    for (let i = from; i < until && !this.#faults.full; ) {
      const line = this.#lines[i];
      const token = line && first(line);
      if (line && token && this.#isStatement(line)) {
        const at = spanOf(this.#faults, token);
        const label = "a statement of its own: it belongs behind the block";
        this.#judge.add(
          line,
          diagnostic("KSP1006", { word: token.image, where: `inside \`${block}\`` }, { at, label }),
        );
        i++;
      } else i += this.#judge.lineOf(rule, i, block);
    }
  }

  /** The line with the `}`. */
  #close(line: TokenLine, rule: EntryRule | undefined): void {
    const index = line.tokens.findIndex(({ tokenType }) => tokenType === t.CLOSE);
    const brace = line.tokens[index];
    const behind = line.tokens[index + 1];
    if (!brace) return;
    if (index > 0) {
      if (rule) this.#judge.check(rule, { tokens: line.tokens.slice(0, index), end: line.end });
      const before = line.tokens[index - 1];
      const gap = this.#faults.span(before ? before.startOffset + before.image.length : 0, brace.startOffset);
      const help = { text: "give it its own line", edits: [{ span: gap, text: "\n" }] };
      const label = "`}` stands on a line of its own";
      this.#judge.add(line, diagnostic("KSP1018", { brace: "}" }, { at: spanOf(this.#faults, brace), label, help }));
    }
    if (behind) {
      const gap = this.#faults.span(brace.startOffset + 1, behind.startOffset);
      const help = { text: "a statement stands on a line of its own", edits: [{ span: gap, text: "\n" }] };
      const details = { at: spanOf(this.#faults, behind), label: "expected the end of the line", help };
      this.#judge.add(line, diagnostic("KSP1005", { found: `\`${shorten(behind.image)}\`` }, details));
    }
  }

  #emptyBlock(header: TokenLine, open: IToken, closing: TokenLine, rule: EntryRule, block: string): void {
    const at = this.#faults.span(open.startOffset, end(closing));
    this.#judge.add(header, diagnostic("KSP1019", { block }, { at, label: inWords(expectation(this.#grammar, rule)) }));
  }

  #unclosed(last: TokenLine, next: TokenLine | undefined, open: IToken | undefined, block: string): void {
    const { text } = this.#faults.source;
    const token = next && first(next);
    const at = token ? spanOf(this.#faults, token) : this.#faults.span(text.length, text.length);
    const label = token
      ? `\`${shorten(token.image)}\` cannot stand inside a block; \`}\` is probably missing before it`
      : "the file ends here; `}` is missing";
    const place = this.#faults.nextLine(end(last));
    const closing = place === text.length && !text.endsWith("\n") ? "\n}\n" : "}\n";
    const fault = diagnostic(
      "KSP1004",
      { block },
      {
        at,
        label,
        secondary: open ? [{ span: spanOf(this.#faults, open), text: "this block is still open" }] : [],
        help: { text: "close the block", edits: [{ span: this.#faults.span(place, place), text: closing }] },
      },
    );
    this.#faults.add(fault);
  }
}

/** `tunnel wg0`, as the line before the brace says. */
const blockName = ({ tokens }: TokenLine): string =>
  tokens
    .slice(0, 2)
    .filter(({ tokenType }) => tokenType !== t.OPEN)
    .map(({ image }) => shorten(image))
    .join(" ");

/** A policy is best named like its file. */
function nameFrom(file: string): string {
  const base = (file.split(/[/\\]/).at(-1) ?? "").replace(/\.ksp$/, "").toLowerCase();
  const name = base.replace(/[^a-z0-9]+/g, "-").replace(/^[-0-9]+|-+$/g, "");
  return name === "" ? "home" : name;
}
