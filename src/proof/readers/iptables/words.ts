import { Unreadable } from "./program.ts";

/** The words of a line, one after the other. A quoted one may hold spaces. */
export class Words {
  readonly #words: readonly string[];
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#line = line;
    this.#words = [...text.matchAll(/"[^"]*"|[^\s"]+/g)].map(({ 0: word, index }) => {
      const neighbours = [text[index - 1] ?? " ", text[index + word.length] ?? " "];
      if (neighbours.some((character) => character.trim() !== "")) this.fail(`a quote in a word: ${word}`);
      return word.startsWith('"') ? word.slice(1, -1) : word;
    });
    if ((text.match(/"/g)?.length ?? 0) % 2 !== 0) this.fail("a string without an end");
  }

  get isAtEnd(): boolean {
    return this.#at === this.#words.length;
  }

  next(): string {
    return this.#words[this.#at++] ?? this.fail("the end of the line");
  }

  take(word: string): boolean {
    const isNext = this.#words[this.#at] === word;
    if (isNext) this.#at++;
    return isNext;
  }

  /** What comes next, but for a negation before it. */
  peek(): { readonly word: string | undefined; readonly isNegated: boolean } {
    const isNegated = this.#words[this.#at] === "!";
    return { word: this.#words[this.#at + (isNegated ? 1 : 0)], isNegated };
  }

  number(most: number, text = this.next()): number {
    const value = /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
    return value <= most ? value : this.fail(`${text} is no number up to ${most}`);
  }

  fail(reason: string): never {
    throw new Unreadable(this.#line, reason);
  }
}

/** As iptables and /etc/protocols call them in a listing. */
export const protocolNumbers: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  "ipv6-icmp": 58,
  sctp: 132,
  udplite: 136,
};
