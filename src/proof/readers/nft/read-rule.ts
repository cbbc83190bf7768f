import { addressOf } from "./addresses.ts";
import { durationOf, icmpNames, numberOf, protocolNames } from "./numbers.ts";
import { ownersIn } from "./owners.ts";
import {
  type Condition,
  connectionStates,
  type Frame,
  type IpFamily,
  type Log,
  localityTypes,
  type NamePattern,
  type Rule,
  type RuleVerdict,
  type Span,
  type TableFamily,
} from "./program.ts";
import { end, type Scanner } from "./scanner.ts";
import { unclear } from "./unclear.ts";

/**
 * One rule up to the end of its line, in the words of nftables. A word that is not known here is refused, whatever it means.
 */
export function readRule(scanner: Scanner, table: TableFamily): Rule {
  return new RuleReader(scanner, table).read();
}

class RuleReader {
  readonly #scanner: Scanner;
  readonly #isArp: boolean;
  readonly #isOfFrames: boolean;
  readonly #conditions: Condition[] = [];

  constructor(scanner: Scanner, table: TableFamily) {
    this.#scanner = scanner;
    this.#isArp = table === "arp";
    this.#isOfFrames = table === "netdev";
  }

  read(): Rule {
    const { line } = this.#scanner;
    let effects: Pick<Rule, "log" | "marks"> = {};
    let verdict: RuleVerdict | undefined;
    let rate: Omit<Log, "prefix"> | undefined;
    while (!this.#isDone()) {
      const { ahead } = this.#scanner;
      if (verdict !== undefined) this.#scanner.fail(`${ahead} after the verdict`);
      if (this.#scanner.take("counter")) continue;
      if (this.#scanner.take("limit")) rate = this.#rate();
      else if (this.#scanner.take("log")) effects = { ...effects, log: this.#log(rate) };
      else if (ahead !== undefined && verdictWords.has(ahead)) verdict = this.#verdict();
      else {
        // After what a rule does, a question would be about another packet than the one before it.
        const found = this.#question();
        if (found === "marking") effects = { ...effects, marks: this.#marking() };
        else if (rate || effects.log || effects.marks) this.#scanner.fail("a question after a statement");
        else this.#conditions.push(found);
      }
      this.#comment();
    }
    if (rate && (!effects.log || verdict)) this.#scanner.fail("only logging may be limited");
    // nft asks for the protocol by itself.
    const isReset = verdict?.kind === "reject" && verdict.with === "reset";
    const conditions = [...this.#conditions, ...(isReset ? [tcp] : [])];
    const fault = unclear(conditions);
    if (fault !== undefined) this.#scanner.fail(fault);
    return { line, conditions, ...effects, ...(verdict && { verdict }) };
  }

  #isDone(): boolean {
    const { ahead } = this.#scanner;
    return ahead === undefined || ahead === end || ahead === "}";
  }

  /** The last thing in a rule. */
  #comment(): void {
    if (!this.#scanner.take("comment")) return;
    if (!/^"[^"]{1,126}"$/.test(this.#scanner.next())) this.#scanner.fail("a comment has up to 126 characters");
    if (!this.#isDone()) this.#scanner.fail(`${this.#scanner.ahead} after the comment`);
  }

  // ---- statements --------------------------------------------------------------------------------------------------

  #verdict(): RuleVerdict {
    const scanner = this.#scanner;
    const kind = scanner.oneOf("accept", "drop", "return", "masquerade", "jump", "goto", "reject", "dnat");
    switch (kind) {
      case "jump":
      case "goto":
        return { kind, chain: scanner.next() };
      case "reject":
        if (this.#isArp) return scanner.fail("reject is not for ARP");
        if (!scanner.take("with")) return { kind, with: "unreachable" };
        if (scanner.take("icmpx")) {
          scanner.expect("port-unreachable");
          return { kind, with: "unreachable" };
        }
        scanner.expect("tcp", "reset");
        return { kind, with: "reset" };
      case "dnat": {
        const family = scanner.oneOf("ip", "ip6") === "ip" ? "ipv4" : "ipv6";
        scanner.expect("to");
        return { kind, family, ...this.#target(family) };
      }
      default:
        return { kind };
    }
  }

  /** `10.0.0.1`, `10.0.0.1:443`, `fd00::1`, `[fd00::1]:443`. */
  #target(family: IpFamily): { readonly address: bigint; readonly port?: number } {
    const word = this.#scanner.next();
    const [, text = word, digits] = (family === "ipv4" ? /^([^:]*):([0-9]+)$/ : /^\[(.*)\]:([0-9]+)$/).exec(word) ?? [];
    const address = addressOf(family, text);
    const port = digits === undefined ? undefined : numberOf(digits, 65535);
    if (address === undefined || (digits !== undefined && (port === undefined || port === 0)))
      return this.#scanner.fail(`${word} is no destination`);
    return { address, ...(port !== undefined && { port }) };
  }

  /** `rate 10/minute burst 10 packets` */
  #rate(): Omit<Log, "prefix"> {
    const scanner = this.#scanner;
    scanner.expect("rate");
    const word = scanner.next();
    const [, digits = "", unit = ""] = /^([0-9]+)\/(second|minute|hour|day)$/.exec(word) ?? [];
    const count = numberOf(digits, 1_000_000);
    const per = durationOf(`1${unit[0]}`);
    if (!count || per === undefined) return scanner.fail(`${word} is no rate`);
    scanner.expect("burst");
    const burst = this.#number(1_000_000);
    scanner.expect("packets");
    return { count, per, burst };
  }

  #log(rate: Omit<Log, "prefix"> | undefined): Log {
    const scanner = this.#scanner;
    if (!rate) return scanner.fail("logging without a limit");
    scanner.expect("prefix");
    const prefix = this.#string();
    scanner.expect("flags", "skuid");
    return { prefix, ...rate };
  }

  /** `set ct mark & 0x00ffffff | 0x01000000`, after `ct mark`; without `|` it adds nothing. */
  #marking(): NonNullable<Rule["marks"]> {
    const scanner = this.#scanner;
    scanner.expect("set", "ct", "mark", "&");
    const keep = this.#number(0xffffffff);
    return { keep, add: scanner.take("|") ? this.#number(0xffffffff) : 0 };
  }

  // ---- questions ---------------------------------------------------------------------------------------------------

  #question(): Condition | "marking" {
    const scanner = this.#scanner;
    if (this.#isArp || (this.#isOfFrames && scanner.ahead === "arp")) {
      scanner.expect("arp");
      const to = scanner.oneOf("saddr", "daddr") === "saddr" ? "source" : "destination";
      scanner.expect("ip");
      return this.#address(to, "arp");
    }
    const word = scanner.next();
    switch (word) {
      case "oifname":
      case "iifname":
        return this.#name(word === "oifname" ? "out" : "in");
      case "meta":
        return this.#meta();
      case "ip":
      case "ip6":
        return this.#network(word === "ip" ? "ipv4" : "ipv6");
      case "tcp":
      case "udp":
      case "th":
        return this.#port(word === "th" ? "any" : word === "tcp" ? 6 : 17);
      case "@ll":
        if (this.#isOfFrames) return this.#frame();
        break;
      case "frag":
        if (this.#isOfFrames) return this.#later("ipv6");
        break;
      case "icmp":
      case "icmpv6": {
        scanner.expect("type");
        const family = word === "icmp" ? "ipv4" : "ipv6";
        return { kind: "icmp", family, ...this.#spans(255, icmpNames[family]) };
      }
      case "ct":
        return this.#connection();
      case "fib":
        return this.#locality();
      case "socket": {
        scanner.expect("cgroupv2", "level");
        const level = this.#number(255);
        return { kind: "control-group", level, path: this.#string() };
      }
    }
    return scanner.fail(`unknown word ${word}`);
  }

  /** `@ll,96,16 0x0800`: the field of an Ethernet frame that says what it carries. */
  #frame(): Condition {
    this.#scanner.expect(",", "96", ",", "16");
    const word = this.#scanner.next();
    const frame = frames.get(word);
    return frame ? { kind: "frame", frame } : this.#scanner.fail(`unknown frame ${word}`);
  }

  /** `ip frag-off & 0x1fff != 0`, `frag frag-off != 0` */
  #later(family: IpFamily): Condition {
    if (family === "ipv6") this.#scanner.expect("frag-off");
    else this.#scanner.expect("&", "0x1fff");
    this.#scanner.expect("!=", "0");
    return { kind: "later", family };
  }

  #name(side: "in" | "out"): Condition {
    const name = (word: string): NamePattern => {
      const content = this.#unquoted(word);
      const isPrefix = content.endsWith("*");
      const text = isPrefix ? content.slice(0, -1) : content;
      if (text === "" || text.length > 15 || /[*\\/\s]/.test(text))
        this.#scanner.fail(`${word} is no name of an interface`);
      return { name: text, isPrefix };
    };
    const isNegated = this.#scanner.take("!=");
    const isList = this.#scanner.ahead === "{";
    const names = this.#elements(name);
    // Only a set with a flag of its own may hold one.
    if (isList && names.some(({ isPrefix }) => isPrefix)) this.#scanner.fail("a prefix in a list");
    return { kind: "name", side, names, isNegated };
  }

  #meta(): Condition {
    const scanner = this.#scanner;
    const ofFrames = ["oiftype", "protocol"] as const;
    const ofPackets = ["oifkind", "iifkind", "nfproto", "iif"] as const;
    const key = scanner.oneOf("mark", "skuid", "skgid", "l4proto", ...(this.#isOfFrames ? ofFrames : ofPackets));
    switch (key) {
      case "oiftype": {
        const isNegated = scanner.take("!=");
        scanner.expect("ether");
        return { kind: "framed", isNegated };
      }
      case "protocol":
        return {
          kind: "family",
          families: this.#elements((word) => protocols.get(word) ?? scanner.fail(`unknown protocol ${word}`)),
        };
      case "oifkind":
      case "iifkind": {
        const kinds = this.#elements((word) => {
          const kind = this.#unquoted(word);
          return /^[a-z0-9_-]+$/.test(kind) ? kind : scanner.fail(`${word} is no kind of an interface`);
        });
        return { kind: "interface-kind", side: key === "oifkind" ? "out" : "in", kinds };
      }
      case "mark":
        return { kind: "mark", ...this.#masked() };
      case "skuid":
      case "skgid":
        return { kind: "owner", field: key === "skuid" ? "user" : "group", ...this.#numbers() };
      case "nfproto": {
        const word = scanner.next();
        if (word.startsWith("@")) return { kind: "open", set: word.slice(1) };
        if (word !== "ipv4" && word !== "ipv6") return scanner.fail(`unknown family ${word}`);
        return { kind: "family", families: [word] };
      }
      case "l4proto":
        return { kind: "protocol", ...this.#spans(255, protocolNames) };
      case "iif":
        scanner.expect("!=", "0");
        return { kind: "arrived" };
    }
  }

  #network(family: IpFamily): Condition {
    const isIpv4 = family === "ipv4";
    const field = this.#scanner.oneOf("saddr", "daddr", isIpv4 ? "ttl" : "hoplimit", "frag-off");
    if (field === "frag-off")
      return this.#isOfFrames && isIpv4 ? this.#later(family) : this.#scanner.fail("no word of this table");
    if (field === "saddr" || field === "daddr")
      return this.#address(field === "saddr" ? "source" : "destination", family);
    return { kind: "hops", family, ...this.#spans(255) };
  }

  #address(to: "source" | "destination", family: IpFamily | "arp"): Condition {
    const isNegated = this.#scanner.take("!=");
    const { ahead } = this.#scanner;
    if (ahead?.startsWith("@")) {
      this.#scanner.next();
      return { kind: "address", end: to, family, among: ahead.slice(1), isNegated };
    }
    const among = this.#scanner.addresses(family === "arp" ? "ipv4" : family).finish();
    if (!among) return this.#scanner.fail("addresses overlap");
    return { kind: "address", end: to, family, among, isNegated };
  }

  #port(protocol: number | "any"): Condition {
    const to = this.#scanner.oneOf("sport", "dport") === "sport" ? "source" : "destination";
    return { kind: "port", end: to, protocol, ...this.#spans(65535) };
  }

  #connection(): Condition | "marking" {
    const scanner = this.#scanner;
    const key = scanner.oneOf("state", "direction", "status", "mark");
    switch (key) {
      case "state":
        return { kind: "state", states: this.#words(connectionStates) };
      case "direction":
        return { kind: "way", way: scanner.oneOf("original", "reply") };
      case "status":
        return { kind: "translated", end: scanner.oneOf("snat", "dnat") === "snat" ? "source" : "destination" };
      case "mark":
        return scanner.ahead === "set" ? "marking" : { kind: "connection-mark", ...this.#masked() };
    }
  }

  #locality(): Condition {
    const scanner = this.#scanner;
    const to = scanner.oneOf("saddr", "daddr") === "saddr" ? "source" : "destination";
    const side = scanner.take(".") ? (scanner.oneOf("iif", "oif") === "iif" ? "in" : "out") : undefined;
    scanner.expect("type");
    const isNegated = scanner.take("!=");
    return { kind: "locality", end: to, ...(side && { side }), types: this.#words(localityTypes), isNegated };
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  /** `0x51`, `!= 0x51`, `& 0xff == 0x51`. */
  #masked(): { readonly mask: number; readonly value: number; readonly isNegated: boolean } {
    const scanner = this.#scanner;
    const hasMask = scanner.take("&");
    const mask = hasMask ? this.#number(0xffffffff) : 0xffffffff;
    const isNegated = scanner.take("!=");
    if (hasMask && !isNegated) scanner.expect("==");
    return { mask, value: this.#number(0xffffffff), isNegated };
  }

  #spans(
    highest: number,
    names?: ReadonlyMap<string, number>,
  ): { readonly spans: readonly Span[]; readonly isNegated: boolean } {
    const isNegated = this.#scanner.take("!=");
    const spans = this.#elements((word) => this.#span(word, highest, names));
    const sorted = spans.toSorted((a, b) => a.first - b.first);
    if (sorted.some(({ first }, i) => i > 0 && first <= (sorted[i - 1]?.last ?? 0)))
      this.#scanner.fail("numbers overlap");
    return { spans: sorted, isNegated };
  }

  #numbers(): { readonly ids: readonly number[]; readonly isNegated: boolean } {
    const { spans, isNegated } = this.#spans(0xffffffff);
    return ownersIn(spans, isNegated) ?? this.#scanner.fail("a range of owners");
  }

  #span(word: string, highest: number, names?: ReadonlyMap<string, number>): Span {
    const named = names?.get(word);
    if (named !== undefined) return { first: named, last: named };
    const [low = "", high = low, ...more] = word.split("-");
    const [first, last] = [numberOf(low, highest), numberOf(high, highest)];
    if (first === undefined || last === undefined || first > last || more.length > 0)
      return this.#scanner.fail(`${word} is no number up to ${highest}, and no range`);
    return { first, last };
  }

  #number(highest: number): number {
    const word = this.#scanner.next();
    return numberOf(word, highest) ?? this.#scanner.fail(`${word} is no number up to ${highest}`);
  }

  #words<T extends string>(known: readonly T[]): readonly T[] {
    return this.#elements((word) => known.find((k) => k === word) ?? this.#scanner.fail(`unknown word ${word}`));
  }

  #elements<T>(read: (word: string) => T): readonly T[] {
    const one = (): T => read(this.#scanner.next());
    return this.#scanner.take("{") ? this.#scanner.list(one) : [one()];
  }

  #string(): string {
    return this.#unquoted(this.#scanner.next());
  }

  #unquoted(word: string): string {
    if (!/^"[^"]+"$/.test(word)) this.#scanner.fail(`${word} is not in quotes`);
    return word.slice(1, -1);
  }
}

const frames: ReadonlyMap<string, Exclude<Frame, "other">> = new Map([
  ["0x0800", "ipv4"],
  ["0x86dd", "ipv6"],
  ["0x0806", "arp"],
  ["0x888e", "eapol"],
]);
const protocols: ReadonlyMap<string, IpFamily | "arp"> = new Map([
  ["ip", "ipv4"],
  ["ip6", "ipv6"],
  ["arp", "arp"],
]);

const tcp: Condition = { kind: "protocol", spans: [{ first: 6, last: 6 }], isNegated: false };

const verdictWords: ReadonlySet<string> = new Set([
  "accept",
  "drop",
  "return",
  "masquerade",
  "jump",
  "goto",
  "reject",
  "dnat",
]);
