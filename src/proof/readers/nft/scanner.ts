import { AddressList } from "./addresses.ts";
import { type IpFamily, Unreadable } from "./program.ts";

/** Ends a command or a rule: a line's end, or a semicolon. */
export const end = "\n";

/** The words of a text, one at a time. Strings keep their quotes; comments are no words. */
export class Scanner {
  readonly #text: string;
  #start = 0;
  #at = 0;
  #word: string | undefined;
  /** The line of `#counted`, which lags behind. */
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
    this.#advance();
  }

  /** The word ahead; undefined at the end of the text. */
  get ahead(): string | undefined {
    return this.#word;
  }

  /** Where in the text the word ahead begins. */
  get place(): number {
    return this.#start;
  }

  goTo(place: number): void {
    this.#at = place;
    this.#advance();
  }

  get line(): number {
    for (; this.#counted < this.#start; this.#counted++)
      if (this.#text.charCodeAt(this.#counted) === newline) this.#line++;
    return this.#line;
  }

  /** Takes a word; the end of a line is none. */
  next(): string {
    const word = this.#word;
    if (word === undefined || word === end) return this.fail("something is missing");
    this.#advance();
    return word;
  }

  take(word: string): boolean {
    if (this.#word !== word) return false;
    this.#advance();
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) this.fail(`expected ${shown(word)}, found ${shown(this.#word)}`);
  }

  oneOf<T extends string>(...words: readonly T[]): T {
    const found = words.find((word) => word === this.#word);
    if (found === undefined) return this.fail(`expected one of ${words.join(", ")}, found ${shown(this.#word)}`);
    this.#advance();
    return found;
  }

  skipEnds(): void {
    while (this.take(end));
  }

  fail(reason: string): never {
    throw new Unreadable(this.line, reason);
  }

  /** Up to and with the closing brace, whose opening one is taken: what is between commas, on as many lines as one likes. */
  list<T>(read: () => T): readonly T[] {
    const items: T[] = [];
    for (;;) {
      this.skipEnds();
      if (this.take("}")) break;
      items.push(read());
      this.skipEnds();
      if (this.take("}")) break;
      this.expect(",");
    }
    if (items.length === 0) this.fail("an empty list");
    return items;
  }

  /** The same of addresses. */
  addresses(family: IpFamily): AddressList {
    const list = new AddressList(family, Math.max(8, Math.min(1 << 16, (this.#text.length - this.#at) >>> 4)));
    const add = (): void => {
      const fault = this.#word?.startsWith('"') ? "no address" : list.add(this.#text, this.#start, this.#at);
      if (fault !== undefined) this.fail(`${shown(this.#word)}: ${fault}`);
      this.#advance();
    };
    if (this.take("{")) this.list(add);
    else add();
    return list;
  }

  #advance(): void {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    while (code === space || code === tab) code = text.charCodeAt(++at);
    if (code === hash) {
      while (at < text.length && code !== newline) code = text.charCodeAt(++at);
    }
    this.#start = at;
    if (at >= text.length) {
      this.#at = at;
      this.#word = undefined;
      return;
    }
    if (code === newline || code === semicolon) {
      this.#at = at + 1;
      this.#word = end;
      return;
    }
    if (code === quote) {
      do code = text.charCodeAt(++at);
      while (at < text.length && code !== quote && code !== newline);
      this.#at = at + 1;
      this.#word = text.slice(this.#start, at + 1);
      if (code !== quote) this.fail("a string without an end");
      return;
    }
    if (code === open || code === close || code === comma) at++;
    else while (at < text.length && !endsWord(code)) code = text.charCodeAt(++at);
    this.#at = at;
    this.#word = text.slice(this.#start, at);
  }
}

const [space, tab, newline, hash, quote] = [0x20, 0x09, 0x0a, 0x23, 0x22];
const [semicolon, open, close, comma] = [0x3b, 0x7b, 0x7d, 0x2c];
const endsWord = (code: number): boolean =>
  code === space ||
  code === newline ||
  code === comma ||
  code === tab ||
  code === open ||
  code === close ||
  code === semicolon ||
  code === quote ||
  code === hash;

const shown = (word: string | undefined): string =>
  word === undefined ? "the end of the text" : word === end ? "the end of the line" : word;
