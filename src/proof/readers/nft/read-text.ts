import type { Addresses } from "../../address-classes.ts";
import { joined } from "./addresses.ts";
import { loadable } from "./loadable.ts";
import { durationOf, numberOf, priorityNames } from "./numbers.ts";
import {
  type Base,
  type Chain,
  hooks,
  type IpFamily,
  type Milliseconds,
  type NamedSet,
  type Program,
  type Rule,
  type Table,
  type TableFamily,
  Unreadable,
} from "./program.ts";
import { readRule } from "./read-rule.ts";
import { end, Scanner } from "./scanner.ts";

interface Fault {
  readonly line: number;
  readonly reason: string;
}
export type Read = { readonly program: Program } | { readonly fault: Fault };

/** Lists of addresses that were read, by the words between their braces. */
export type Lists = Map<string, Addresses>;

/** A text that is loaded into several programs; its lists of addresses, by their places in it, are read once, and so is one that stands in several texts. */
export class Text {
  readonly text: string;
  readonly lists = new Map<number, { readonly ranges: Addresses; readonly end: number }>();
  readonly others: Lists;

  constructor(text: string, others: Lists = new Map()) {
    this.text = text;
    this.others = others;
  }

  /** From its brace to the first one that closes; undefined where that may be one of a comment. */
  listAt(place: number): { readonly words: string; readonly end: number } | undefined {
    const end = this.text.indexOf("}", place) + 1;
    const words = this.text.slice(place, end);
    return words.includes("#") ? undefined : { words, end };
  }
}

/**
 * What is loaded once a file was: like the kernel, all of it or nothing. Everything that is not understood, and what no
 * kernel would load, is a fault.
 */
export function load(text: string | Text, before: Program): Read {
  try {
    const program = new TextReader(typeof text === "string" ? new Text(text) : text, before).read();
    loadable(program);
    return { program };
  } catch (error) {
    if (error instanceof Unreadable) return { fault: { line: error.line, reason: error.message } };
    throw error;
  }
}

interface Draft {
  isOwned?: true;
  readonly sets: Map<string, NamedSet>;
  readonly chains: Map<string, Chain>;
}
interface Place {
  readonly family: TableFamily;
  readonly key: string;
}

class TextReader {
  readonly #scanner: Scanner;
  readonly #text: Text;
  readonly #tables: Map<string, Table>;
  /** Those that this text changed: their maps are its own. */
  readonly #drafts = new Map<string, Draft>();

  constructor(text: Text, before: Program) {
    this.#scanner = new Scanner(text.text);
    this.#text = text;
    this.#tables = new Map(before.tables);
  }

  read(): Program {
    const scanner = this.#scanner;
    for (scanner.skipEnds(); scanner.ahead !== undefined; scanner.skipEnds()) {
      this.#command();
      if (scanner.ahead !== undefined) scanner.expect(end);
    }
    return { tables: this.#tables };
  }

  #command(): void {
    const scanner = this.#scanner;
    switch (scanner.oneOf("table", "delete", "flush", "add")) {
      case "table": {
        const place = this.#place();
        if (!this.#tables.has(place.key)) this.#tables.set(place.key, { sets: new Map(), chains: new Map() });
        if (scanner.take("{")) this.#tableBody(place);
        return;
      }
      case "delete": {
        scanner.expect("table");
        const { key } = this.#place();
        this.#draft(key);
        this.#tables.delete(key);
        this.#drafts.delete(key);
        return;
      }
      case "flush":
        if (scanner.oneOf("chain", "set") === "set") this.#flushSet();
        else this.#flushChain();
        return;
      case "add":
        if (scanner.oneOf("rule", "element") === "element") this.#addElements();
        else this.#addRule();
    }
  }

  #place(): Place {
    const family = this.#scanner.oneOf("inet", "arp", "netdev");
    return { family, key: `${family} ${this.#name()}` };
  }

  #draft(key: string): Draft {
    const table = this.#tables.get(key);
    if (!table) return this.#scanner.fail(`no table ${key}`);
    const draft = this.#drafts.get(key) ?? { ...table, sets: new Map(table.sets), chains: new Map(table.chains) };
    this.#drafts.set(key, draft);
    this.#tables.set(key, draft);
    return draft;
  }

  #tableBody(place: Place): void {
    const scanner = this.#scanner;
    const draft = this.#draft(place.key);
    for (scanner.skipEnds(); !scanner.take("}"); scanner.skipEnds()) {
      const kind = scanner.oneOf("set", "chain", "flags");
      if (kind === "flags") {
        scanner.expect("owner");
        draft.isOwned = true;
      } else {
        const name = this.#name();
        if (kind === "chain") this.#chainBody(draft, name, place.family);
        else if (draft.sets.has(name)) scanner.fail(`two sets ${name}`);
        else draft.sets.set(name, this.#set());
      }
      if (scanner.ahead !== "}") scanner.expect(end);
    }
  }

  // ---- sets --------------------------------------------------------------------------------------------------------

  #set(): NamedSet {
    const scanner = this.#scanner;
    scanner.expect("{");
    scanner.skipEnds();
    scanner.expect("type");
    const type = scanner.oneOf("ipv4_addr", "ipv6_addr", "nf_proto");
    scanner.expect(end);
    scanner.skipEnds();
    scanner.expect("flags", type === "nf_proto" ? "timeout" : "interval");
    scanner.expect(end);
    scanner.skipEnds();
    const hasElements = scanner.take("elements");
    if (hasElements) {
      scanner.expect("=");
      if (scanner.ahead !== "{") scanner.fail("elements stand in braces");
    }
    const set: NamedSet =
      type === "nf_proto"
        ? { kind: "timed", elements: hasElements ? this.#timed() : new Map() }
        : this.#addresses(type === "ipv4_addr" ? "ipv4" : "ipv6", hasElements);
    if (hasElements) scanner.expect(end);
    scanner.skipEnds();
    scanner.expect("}");
    return set;
  }

  #addresses(family: IpFamily, hasElements: boolean): NamedSet {
    if (!hasElements) return { kind: "addresses", family, ranges: [] };
    const scanner = this.#scanner;
    const at = scanner.place;
    const { lists, others } = this.#text;
    const known = lists.get(at) ?? this.#readElsewhere(family, at);
    if (known) scanner.goTo(known.end);
    const ranges = known?.ranges ?? scanner.addresses(family).finish();
    if (!ranges) return scanner.fail("addresses overlap");
    lists.set(at, { ranges, end: scanner.place });
    const list = known ? undefined : this.#text.listAt(at);
    if (list) others.set(`${family} ${list.words}`, ranges);
    return { kind: "addresses", family, ranges };
  }

  #readElsewhere(family: IpFamily, at: number): { readonly ranges: Addresses; readonly end: number } | undefined {
    const list = this.#text.listAt(at);
    const ranges = list && this.#text.others.get(`${family} ${list.words}`);
    return ranges && { ranges, end: list.end };
  }

  /** `{ ipv4 timeout 300s, ipv6 timeout 300s }` */
  #timed(): ReadonlyMap<IpFamily, Milliseconds> {
    const scanner = this.#scanner;
    scanner.expect("{");
    const elements = scanner.list((): readonly [IpFamily, Milliseconds] => {
      const family = scanner.oneOf("ipv4", "ipv6");
      scanner.expect("timeout");
      const word = scanner.next();
      const time = durationOf(word);
      // Without a time an element would stay.
      return time ? [family, time] : scanner.fail(`${word} is no time`);
    });
    const distinct = new Map(elements);
    return distinct.size === elements.length ? distinct : scanner.fail("a family stands twice");
  }

  #setAt(draft: Draft): { readonly name: string; readonly set: NamedSet } {
    const name = this.#name();
    const set = draft.sets.get(name);
    return set ? { name, set } : this.#scanner.fail(`no set ${name}`);
  }

  #flushSet(): void {
    const draft = this.#draft(this.#place().key);
    const { name, set } = this.#setAt(draft);
    draft.sets.set(name, set.kind === "timed" ? { kind: "timed", elements: new Map() } : { ...set, ranges: [] });
  }

  #addElements(): void {
    const draft = this.#draft(this.#place().key);
    const { name, set } = this.#setAt(draft);
    if (this.#scanner.ahead !== "{") this.#scanner.fail("elements stand in braces");
    if (set.kind === "timed") {
      // An element that is there keeps its time.
      draft.sets.set(name, { kind: "timed", elements: new Map([...this.#timed(), ...set.elements]) });
      return;
    }
    const more = this.#scanner.addresses(set.family).finish();
    const ranges = more && joined(set.ranges, more);
    draft.sets.set(name, ranges ? { ...set, ranges } : this.#scanner.fail("addresses overlap"));
  }

  // ---- chains ------------------------------------------------------------------------------------------------------

  #chainBody(draft: Draft, name: string, family: TableFamily): void {
    const scanner = this.#scanner;
    const known = draft.chains.get(name);
    const rules: Rule[] = [...(known?.rules ?? [])];
    let base = known?.base;
    scanner.expect("{");
    for (scanner.skipEnds(); !scanner.take("}"); scanner.skipEnds()) {
      if (scanner.take("type")) {
        if (known || base || rules.length > 0) scanner.fail("a hook stands first in a new chain");
        base = this.#base(family);
      } else {
        rules.push(readRule(scanner, family));
        if (scanner.ahead !== "}") scanner.expect(end);
      }
    }
    draft.chains.set(name, { ...(base && { base }), rules });
  }

  #base(family: TableFamily): Base {
    const scanner = this.#scanner;
    const type = scanner.oneOf("filter", "nat");
    scanner.expect("hook");
    const hook = scanner.oneOf(...hooks);
    if ((family === "netdev") !== (hook === "egress")) scanner.fail(`${hook} is no hook of ${family}`);
    const device = hook === "egress" ? { device: this.#device() } : {};
    scanner.expect("priority");
    const priority = this.#priority();
    scanner.expect(end);
    if (!scanner.take("policy")) return { type, hook, priority, policy: "accept", ...device };
    const policy = scanner.oneOf("accept", "drop");
    scanner.expect(end);
    return { type, hook, priority, policy, ...device };
  }

  /** `device "eth0"` */
  #device(): string {
    this.#scanner.expect("device");
    const word = this.#scanner.next();
    return /^"[^"*\\]{1,15}"$/.test(word) ? word.slice(1, -1) : this.#scanner.fail(`${word} is no name of a device`);
  }

  /** `filter`, `srcnat + 200`, `-100`. */
  #priority(): number {
    const scanner = this.#scanner;
    const word = scanner.next();
    const named = priorityNames.get(word);
    if (named === undefined) {
      const number = numberOf(word.replace(/^-/, ""), 100_000);
      if (number === undefined) return scanner.fail(`${word} is no priority`);
      return word.startsWith("-") ? -number : number;
    }
    if (scanner.ahead === end) return named;
    const sign = scanner.oneOf("+", "-");
    const digits = scanner.next();
    const number = numberOf(digits, 100_000) ?? scanner.fail(`${digits} is no number`);
    return sign === "+" ? named + number : named - number;
  }

  #flushChain(): void {
    const draft = this.#draft(this.#place().key);
    const { name, chain } = this.#chainAt(draft);
    draft.chains.set(name, { ...chain, rules: [] });
  }

  #addRule(): void {
    const { family, key } = this.#place();
    const draft = this.#draft(key);
    const { name, chain } = this.#chainAt(draft);
    draft.chains.set(name, { ...chain, rules: [...chain.rules, readRule(this.#scanner, family)] });
  }

  #chainAt(draft: Draft): { readonly name: string; readonly chain: Chain } {
    const name = this.#name();
    const chain = draft.chains.get(name);
    return chain ? { name, chain } : this.#scanner.fail(`no chain ${name}`);
  }

  #name(): string {
    const name = this.#scanner.next();
    return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(name) ? name : this.#scanner.fail(`${name} is no name`);
  }
}
