import { readRange } from "./addresses.ts";
import { type Context, type Module, modules } from "./modules.ts";
import type { Condition, Rule, TableName, Target } from "./program.ts";
import { protocolNumbers, type Words } from "./words.ts";

export interface Place extends Context {
  readonly line: number;
  readonly table: TableName;
}

/** The conditions and the target of one rule, to the end of its line. */
export function readRule(words: Words, place: Place): Rule {
  const rule = new Reader(words, place);
  while (!words.isAtEnd) rule.part();
  return rule.whole();
}

interface Limit {
  readonly count: number;
  readonly per: number;
}

class Reader {
  readonly #words: Words;
  readonly #place: Place;
  readonly #conditions: Condition[] = [];
  readonly #ends = new Set<string>();
  #protocol = 0;
  #isBehindProtocol = false;
  #limit: Limit | undefined;
  #target: Target | undefined;

  constructor(words: Words, place: Place) {
    this.#words = words;
    this.#place = place;
  }

  whole(): Rule {
    const target = this.#target ?? this.#words.fail("a rule without a target");
    if (this.#limit && target.kind !== "log") this.#words.fail("a limit of what is not logged");
    return { line: this.#place.line, conditions: this.#conditions, target };
  }

  part(): void {
    const words = this.#words;
    // Without -m the options of a protocol stand behind it, and nowhere else: other modules would take them for their own.
    if (words.peek().word?.startsWith("--")) {
      this.#module(this.#isBehindProtocol ? (ownModules[this.#protocol] ?? "") : "");
      return;
    }
    this.#isBehindProtocol = false;
    const isNegated = words.take("!");
    const option = words.next();
    if (option === "-s" || option === "-d") this.#address(option, isNegated);
    else if (option === "-i" || option === "-o") this.#name(option, isNegated);
    else if (isNegated) words.fail("a negation of something else");
    else if (option === "-p") this.#of();
    else if (option === "-m") this.#module(words.next());
    else if (option === "-j" || option === "-g") {
      this.#target = option === "-g" ? { kind: "goto", chain: words.next() } : this.#verdict(words.next());
      if (!words.isAtEnd) words.fail("something behind the target");
    } else words.fail(`the option ${option}`);
  }

  #address(option: "-s" | "-d", isNegated: boolean): void {
    const text = this.#words.next();
    const range = text.includes("-") ? undefined : readRange(text, this.#place.family);
    const end = option === "-s" ? "source" : "destination";
    if (range === undefined) this.#words.fail(`${text} is no prefix of ${this.#place.family}`);
    if (this.#ends.has(end)) this.#words.fail(`${option} twice`);
    this.#ends.add(end);
    this.#conditions.push({ kind: "address", end, ranges: [range], isNegated });
  }

  #name(option: "-i" | "-o", isNegated: boolean): void {
    const text = this.#words.next();
    const isPrefix = text.endsWith("+");
    const name = isPrefix ? text.slice(0, -1) : text;
    if (name === "" || name.length > 15) this.#words.fail(`the interface ${text}`);
    this.#conditions.push({ kind: "name", side: option === "-i" ? "in" : "out", name, isPrefix, isNegated });
  }

  #of(): void {
    const text = this.#words.next();
    const number = protocolNumbers[text] ?? this.#words.number(255, text);
    if (number === 0 || this.#protocol !== 0) this.#words.fail("every protocol, or a second one");
    this.#protocol = number;
    this.#isBehindProtocol = true;
    this.#conditions.push({ kind: "protocol", number });
  }

  #module(name: string): void {
    const words = this.#words;
    if (name === "limit") {
      this.#limit = this.#limits();
      return;
    }
    const module: Module = modules[name] ?? words.fail(`the module or option ${name || words.peek().word}`);
    if (module.family && module.family !== this.#place.family) words.fail(`${name} is of the other family`);
    if (module.protocols && !module.protocols.includes(this.#protocol)) words.fail(`${name} of another protocol`);
    const seen = new Set<string>();
    for (;;) {
      const { word = "", isNegated } = words.peek();
      const read = module.options[word];
      if (!read) break;
      if (seen.has(word) || (module.single && seen.size > 0)) words.fail(`${word} again`);
      if (isNegated && !module.canNegate) words.fail(`a negation in ${name}`);
      seen.add(word);
      words.take("!");
      words.next();
      this.#conditions.push(...read(words, isNegated, this.#place));
    }
    if (seen.size === 0) words.fail(`nothing that ${name} knows`);
  }

  #limits(): Limit {
    const words = this.#words;
    if (this.#limit || words.next() !== "--limit") words.fail("no limit, or two");
    const [count = "", unit = ""] = words.next().split("/");
    const limit = { count: words.number(10_000, count), per: periods[unit] ?? words.fail(`no time: ${unit}`) };
    if (words.next() !== "--limit-burst" || words.number(10_000) !== limit.count) words.fail("another burst");
    return limit;
  }

  #verdict(name: string): Target {
    switch (name) {
      case "ACCEPT":
        return { kind: "accept" };
      case "DROP":
        return { kind: "drop" };
      case "RETURN":
        return { kind: "return" };
      case "REJECT":
        return this.#reject();
      case "LOG":
        return this.#log();
      case "DNAT":
        return this.#dnat();
      case "MASQUERADE":
        return this.#changing({ kind: "masquerade" });
      default:
        return /^[A-Z]+$/.test(name) ? this.#words.fail(`the target ${name}`) : { kind: "jump", chain: name };
    }
  }

  #reject(): Target {
    const words = this.#words;
    if (this.#place.table !== "filter") words.fail("nobody is told in that table");
    if (words.next() !== "--reject-with") words.fail("REJECT without saying how");
    const how = words.next();
    const unreachable = this.#place.family === "ipv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable";
    if (how === unreachable) return { kind: "reject", with: "unreachable" };
    if (how !== "tcp-reset" || this.#protocol !== 6) words.fail(`to reject with ${how}`);
    return { kind: "reject", with: "reset" };
  }

  #changing(target: Target): Target {
    return this.#place.table === "nat" ? target : this.#words.fail("addresses are changed in another table");
  }

  /** `10.0.0.1`, `10.0.0.1:53`, `fd00::1`, `[fd00::1]:53`. */
  #dnat(): Target {
    const words = this.#words;
    if (words.next() !== "--to-destination") words.fail("DNAT without saying where to");
    const text = words.next();
    const isFour = this.#place.family === "ipv4";
    const [, address = "", port] =
      (isFour
        ? /^([\d.]+)(?::(\d+))?$/.exec(text)
        : (/^\[([\da-f:.]+)\]:(\d+)$/.exec(text) ?? /^([\da-f:.]+)$/.exec(text))) ?? [];
    const range = readRange(address, this.#place.family) ?? words.fail(`to ${text}`);
    if (port === undefined) return this.#changing({ kind: "dnat", address: range.first });
    if (this.#protocol !== 6 && this.#protocol !== 17) words.fail("a port of no protocol");
    return this.#changing({ kind: "dnat", address: range.first, port: words.number(65_535, port) });
  }

  #log(): Target {
    const words = this.#words;
    if (words.next() !== "--log-prefix" || words.next().length > 29)
      words.fail("a log without a prefix, or a long one");
    if (!words.isAtEnd && words.next() !== "--log-uid") words.fail("an option of LOG");
    return { kind: "log", ...(this.#limit ?? words.fail("a log without a limit")) };
  }
}

const ownModules: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6" };
const periods: Readonly<Record<string, number>> = {
  second: 1_000,
  sec: 1_000,
  minute: 60_000,
  min: 60_000,
  hour: 3_600_000,
};
