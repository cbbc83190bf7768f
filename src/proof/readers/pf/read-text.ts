import { Unreadable } from "./program.ts";
import { elsewhere, RuleReader } from "./read-rule.ts";
import { listOf, readHost, readName, type Services } from "./read-values.ts";
import { type Macros, Tokens, tokensOf } from "./tokens.ts";
import type { Written, WrittenAnchor, WrittenOther, WrittenRule, WrittenTable } from "./written.ts";

export interface ReadOptions {
  /** Filled from outside: they count instead of what the file says. */
  readonly macros?: Macros;
  readonly services?: Services;
}

/** The statements of a file, as pfctl of macOS takes them; each stands in one line, or what its braces hold in several. */
export function readText(
  text: string,
  { macros = new Map(), services = new Map() }: ReadOptions = {},
): readonly Written[] {
  return new FileReader(new Tokens(tokensOf(text, macros)), services).file();
}

/** pfctl: "Rules must be in order: options, normalization, queueing, translation, filtering". */
const order = ["options", "scrub", "translation", "filter"] as const;
const translation = /^(nat|rdr|binat)(-anchor)?$/;
const ofMacos: ReadonlySet<string> = new Set(["dummynet", "dummynet-anchor", "nat64"]);

class FileReader {
  readonly #tokens: Tokens;
  readonly #rules: RuleReader;
  #reached = 0;

  constructor(tokens: Tokens, services: Services) {
    this.#tokens = tokens;
    this.#rules = new RuleReader(tokens, services);
  }

  file(): readonly Written[] {
    const statements: Written[] = [];
    for (;;) {
      this.#tokens.skipLines();
      if (this.#tokens.isAtEnd) return statements;
      statements.push(this.#statement());
      this.#tokens.endLine();
    }
  }

  #statement(): Written {
    const tokens = this.#tokens;
    const { line } = tokens;
    const word = tokens.word("a statement");
    if (tokens.take("=") !== undefined) return { kind: "macro", line, words: [word, tokens.string("its value")] };
    if (word === "set") return this.#in("options", this.#rest("set", line));
    if (word === "table") return this.#table(line);
    if (ofMacos.has(word)) return this.#in("translation", this.#rest("other", line));
    const isExcepted = word === "no";
    const changes = isExcepted ? tokens.word("what is excepted") : word;
    if (changes === "scrub") return this.#in("scrub", this.#rules.scrub(line, isExcepted));
    if (word === "scrub-anchor")
      return this.#in("scrub", this.#rules.scrub(line, false, tokens.string("the path of an anchor")));
    const [, what, isAnchor] = translation.exec(changes) ?? [];
    if (what === "nat" || what === "rdr" || what === "binat") {
      const path = isAnchor === undefined ? undefined : tokens.string("the path of an anchor");
      return this.#in("translation", this.#rules.translation(line, what, isExcepted, path));
    }
    if (word === "pass" || word === "block") return this.#in("filter", this.#rules.rule(line, word === "block"));
    if (word === "anchor") return this.#in("filter", this.#anchor(line));
    if (elsewhere.has(word)) tokens.fail(`${word} is not there on macOS`);
    return tokens.fail(`the statement ${word}`);
  }

  #in<T extends Written>(kind: (typeof order)[number], statement: T): T {
    const place = order.indexOf(kind);
    if (place < this.#reached) throw new Unreadable(statement.line, `${kind} behind ${order[this.#reached]}`);
    this.#reached = place;
    return statement;
  }

  #rest(kind: WrittenOther["kind"], line: number): WrittenOther {
    const words: string[] = [];
    while (!this.#tokens.isAtEndOfLine) words.push(this.#tokens.any());
    return { kind, line, words };
  }

  #table(line: number): WrittenTable {
    const tokens = this.#tokens;
    tokens.expect("<");
    const name = readName(tokens, "the table", 31);
    tokens.expect(">");
    const words: string[] = [];
    for (let word = tokens.take("persist", "const"); word; word = tokens.take("persist", "const")) words.push(word);
    if (tokens.peek() === "counters") tokens.fail("counters is not there on macOS");
    if (tokens.take("file") !== undefined) return { kind: "table", line, name, words, file: tokens.string("a file") };
    if (tokens.peek() !== "{") return { kind: "table", line, name, words };
    const content = listOf(tokens, () => readHost(tokens));
    if (content.some(({ kind }) => kind !== "net")) tokens.fail("a table holds addresses alone");
    return { kind: "table", line, name, words, content };
  }

  #anchor(line: number): WrittenAnchor {
    const tokens = this.#tokens;
    const path = tokens.string("the path of an anchor");
    const parts = path.replace(/^\//, "").split("/");
    if (parts.some((part) => part === "" || part.startsWith("_"))) tokens.fail(`the path ${path}`);
    if (parts.slice(0, -1).includes("*")) tokens.fail("a wildcard before the end of a path");
    const anchor = this.#rules.anchor(line, path);
    if (tokens.take("{") === undefined) return anchor;
    if (path.endsWith("*")) tokens.fail("rules in a wildcard");
    tokens.endLine();
    const inside: (WrittenRule | WrittenAnchor)[] = [];
    for (;;) {
      tokens.skipLines();
      if (tokens.take("}") !== undefined) return { ...anchor, inside };
      const statement = this.#statement();
      if (statement.kind !== "rule" && statement.kind !== "anchor") tokens.fail("something else than rules in braces");
      else inside.push(statement);
      tokens.endLine();
    }
  }
}
