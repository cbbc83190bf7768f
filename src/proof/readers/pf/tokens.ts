import { Unreadable } from "./program.ts";

export interface Token {
  readonly kind: "word" | "string" | "sign" | "end of line";
  readonly text: string;
  readonly line: number;
}

/** What `pfctl -D name=value` fills, whatever the file itself says of that name. */
export type Macros = ReadonlyMap<string, string>;

const signs = ["!=", "<=", ">=", "<>", "><", "{", "}", "(", ")", ",", "!", "=", "<", ">", "/"] as const;
const wordCharacter = /[A-Za-z0-9._:%*+@-]/;

/** A file as pfctl cuts it: a `\` before the end of a line joins it with the next, `#` begins a comment. */
export function tokensOf(text: string, macros: Macros): readonly Token[] {
  if (text !== "" && !text.endsWith("\n")) throw new Unreadable(text.split("\n").length, "the last line does not end");
  const tokens: Token[] = [];
  let [at, line] = [0, 1];
  const own = new Map<string, string>();
  const push = (kind: Token["kind"], text: string): void => {
    tokens.push({ kind, text, line });
  };
  const while_ = (pattern: RegExp): string => {
    const from = at;
    while (at < text.length && pattern.test(text.charAt(at))) at++;
    return text.slice(from, at);
  };
  while (at < text.length) {
    const character = text.charAt(at);
    if (text.startsWith("\\\n", at)) {
      at += 2;
      line++;
    } else if (character === "#") {
      const comment = while_(/[^\n]/);
      if (comment.endsWith("\\")) throw new Unreadable(line, "a comment that goes on in the next line");
    } else if (character === "\n") {
      push("end of line", "\n");
      at++;
      line++;
    } else if (character === " " || character === "\t") at++;
    else if (character === '"') {
      at++;
      const inside = while_(/[^"\n]/);
      if (text.charAt(at) !== '"') throw new Unreadable(line, "a string without an end");
      at++;
      push("string", inside);
      const [start, name, equals] = [tokens.at(-4), tokens.at(-3), tokens.at(-2)];
      if ((start?.kind ?? "end of line") === "end of line" && name?.kind === "word" && equals?.text === "=")
        own.set(name.text, inside);
    } else if (character === "$") {
      at++;
      const name = while_(/\w/);
      const value = macros.get(name) ?? own.get(name);
      if (value === undefined) throw new Unreadable(line, `the macro ${name} is not defined`);
      if (![...value].every((each) => wordCharacter.test(each)) || value === "")
        throw new Unreadable(line, `the macro ${name} is no word`);
      push("word", value);
    } else if (wordCharacter.test(character)) push("word", while_(wordCharacter));
    else {
      const sign = signs.find((each) => text.startsWith(each, at));
      if (sign === undefined) throw new Unreadable(line, `the character ${JSON.stringify(character)}`);
      push("sign", sign);
      at += sign.length;
    }
  }
  return tokens;
}

/** Tokens, one after the other. */
export class Tokens {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }
  get isAtEndOfLine(): boolean {
    return this.#next === undefined || this.#next.kind === "end of line";
  }
  /** Of the next token. */
  get line(): number {
    return (this.#next ?? this.#tokens.at(-1))?.line ?? 1;
  }

  /** The next, where it is a word or a sign of that text. */
  peek(): string | undefined {
    const next = this.#next;
    return next && next.kind !== "string" && next.kind !== "end of line" ? next.text : undefined;
  }
  take<const T extends string>(...wanted: readonly T[]): T | undefined {
    const found = wanted.find((text) => text === this.peek());
    if (found !== undefined) this.#at++;
    return found;
  }
  expect(text: string): void {
    if (this.take(text) === undefined) this.fail(`expected ${text} instead of ${this.shown}`);
  }

  word(what: string): string {
    return this.#of("word") ?? this.fail(`expected ${what} instead of ${this.shown}`);
  }
  string(what: string): string {
    return this.#of("string") ?? this.fail(`expected ${what} in quotes instead of ${this.shown}`);
  }
  any(): string {
    return this.#of("word") ?? this.#of("sign") ?? this.string("a word");
  }
  endLine(): void {
    if (this.#of("end of line") === undefined) this.fail(`${this.shown} is not expected here`);
  }
  skipLines(): void {
    while (this.#of("end of line") !== undefined) {}
  }

  fail(reason: string): never {
    throw new Unreadable(this.line, reason);
  }
  get shown(): string {
    const next = this.#next;
    return next === undefined || next.kind === "end of line" ? "the end of the line" : next.text;
  }

  get #next(): Token | undefined {
    return this.#tokens[this.#at];
  }
  #of(kind: Token["kind"]): string | undefined {
    const next = this.#next;
    if (next?.kind !== kind) return undefined;
    this.#at++;
    return next.text;
  }
}
