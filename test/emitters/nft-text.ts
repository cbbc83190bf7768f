/** The nft language as far as ksp writes it, read into commands. An unknown word is an error: what is not understood is not judged. */

export interface SetText {
  readonly type: string;
  readonly isInterval: boolean;
  readonly elements: readonly string[];
}
export interface RuleText {
  /** Counted from 1. */
  readonly line: number;
  readonly words: readonly string[];
}
interface ChainText {
  readonly hook?: string;
  readonly type?: string;
  readonly policy?: string;
  readonly rules: readonly RuleText[];
}
export type Command =
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "delete"; readonly table: string }
  | { readonly kind: "set"; readonly table: string; readonly name: string; readonly set: SetText }
  | { readonly kind: "chain"; readonly table: string; readonly name: string; readonly chain: ChainText }
  | { readonly kind: "clear"; readonly table: string; readonly set: string }
  | { readonly kind: "fill"; readonly table: string; readonly set: string; readonly elements: readonly string[] }
  | { readonly kind: "flush"; readonly table: string; readonly chain: string }
  | { readonly kind: "rule"; readonly table: string; readonly chain: string; readonly rule: RuleText };

const lineEnd = "\n";

interface Token {
  readonly text: string;
  readonly line: number;
}

/** Strings keep their quotes. A line's end is a token, except within a list in braces. */
function tokens(text: string): readonly Token[] {
  return text.split("\n").flatMap((content, i): Token[] => {
    const words: Token[] = [];
    const pattern = /\s*(?:(#.*)|("[^"]*")|([{};,])|([^\s{};,"#]+))/y;
    const rest = content.trimEnd();
    while (pattern.lastIndex < rest.length) {
      const found = pattern.exec(rest);
      if (!found) throw new Error(`line ${i + 1}: not understood: ${rest}`);
      const [, comment, ...kinds] = found;
      const word = kinds.find((w) => w !== undefined);
      if (comment === undefined && word !== undefined) words.push({ text: word, line: i + 1 });
    }
    return [...words, { text: lineEnd, line: i + 1 }];
  });
}

export function readCommands(text: string): readonly Command[] {
  return new Reader(tokens(text)).commands();
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  commands(): readonly Command[] {
    const out: Command[] = [];
    while (!this.#isEnd()) {
      if (this.#take(lineEnd)) continue;
      out.push(...this.#command());
      this.#expect(lineEnd);
    }
    return out;
  }

  #command(): readonly Command[] {
    const word = this.#next();
    switch (word) {
      case "table": {
        const table = this.#table();
        return [{ kind: "table", table }, ...(this.#take("{") ? this.#tableBody(table) : [])];
      }
      case "delete":
        this.#expect("table");
        return [{ kind: "delete", table: this.#table() }];
      case "flush":
        if (this.#take("set")) return [{ kind: "clear", table: this.#table(), set: this.#next() }];
        this.#expect("chain");
        return [{ kind: "flush", table: this.#table(), chain: this.#next() }];
      case "add":
        if (this.#take("element")) return [this.#elements()];
        this.#expect("rule");
        return [{ kind: "rule", table: this.#table(), chain: this.#next(), rule: this.#rule() }];
      default:
        return this.#fail(`unknown command ${word}`);
    }
  }

  /** Elements of a set with a time-out. */
  #elements(): Command {
    const table = this.#table();
    const set = this.#next();
    this.#expect("{");
    const elements: string[] = [];
    while (!this.#take("}")) {
      elements.push(this.#next());
      this.#expect("timeout");
      if (!/^[1-9][0-9]*s$/.test(this.#next())) this.#fail("no time");
      this.#take(",");
    }
    return { kind: "fill", table, set, elements };
  }

  #table(): string {
    const family = this.#next();
    if (family !== "inet" && family !== "arp") this.#fail(`unknown family ${family}`);
    return `${family} ${this.#next()}`;
  }

  #tableBody(table: string): readonly Command[] {
    const out: Command[] = [];
    while (!this.#take("}")) {
      if (this.#take(lineEnd)) continue;
      if (this.#take("set")) out.push({ kind: "set", table, name: this.#next(), set: this.#set() });
      else if (this.#take("chain")) out.push({ kind: "chain", table, name: this.#next(), chain: this.#chain() });
      else this.#fail(`unknown in a table: ${this.#next()}`);
    }
    return out;
  }

  #set(): SetText {
    let type = "";
    let isInterval = false;
    let elements: readonly string[] = [];
    this.#expect("{");
    while (!this.#take("}")) {
      if (this.#take(lineEnd)) continue;
      if (this.#take("type")) type = this.#next();
      else if (this.#take("flags")) {
        isInterval = this.#take("interval");
        if (!isInterval) this.#expect("timeout");
      } else {
        this.#expect("elements");
        this.#expect("=");
        this.#expect("{");
        elements = this.#list();
      }
      this.#expect(lineEnd);
    }
    if (type === "") this.#fail("a set without a type");
    return { type, isInterval, elements };
  }

  /** After its opening brace. */
  #list(): readonly string[] {
    const out: string[] = [];
    for (;;) {
      while (this.#take(lineEnd));
      if (this.#take("}")) return out;
      out.push(this.#next());
      while (this.#take(lineEnd));
      if (this.#take("}")) return out;
      this.#expect(",");
    }
  }

  #chain(): ChainText {
    const rules: RuleText[] = [];
    let hook: string | undefined;
    let type: string | undefined;
    let policy: string | undefined;
    this.#expect("{");
    while (!this.#take("}")) {
      if (this.#take(lineEnd)) continue;
      if (this.#take("type")) {
        type = this.#next();
        if (type !== "filter" && type !== "nat") this.#fail(`unknown type ${type}`);
        this.#expect("hook");
        hook = this.#next();
        this.#expect("priority");
        while (!this.#take(";")) this.#next();
        this.#expect("policy");
        policy = this.#next();
        this.#take(";");
      } else rules.push(this.#rule());
      this.#expect(lineEnd);
    }
    return {
      ...(hook !== undefined && { hook }),
      ...(type !== undefined && { type }),
      ...(policy !== undefined && { policy }),
      rules,
    };
  }

  /** Up to the line's end; a list in braces is one word, its elements joined by commas. */
  #rule(): RuleText {
    const line = this.#tokens[this.#at]?.line ?? 0;
    const words: string[] = [];
    while (this.#tokens[this.#at]?.text !== lineEnd)
      words.push(this.#take("{") ? `{${this.#list().join()}}` : this.#next());
    return { line, words };
  }

  #isEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (!token || token.text === lineEnd) throw new Error(`line ${token?.line}: something is missing`);
    return token.text;
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text))
      this.#fail(`not ${JSON.stringify(text)} but ${JSON.stringify(this.#tokens[this.#at]?.text)}`);
  }

  #fail(message: string): never {
    throw new Error(`line ${this.#tokens[this.#at]?.line}: ${message}`);
  }
}
