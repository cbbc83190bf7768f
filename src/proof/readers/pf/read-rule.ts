import { readNet } from "./addresses.ts";
import type { Direction, Keeps, Net, Version } from "./program.ts";
import {
  listOf,
  readHosts,
  readIcmp,
  readId,
  readInterface,
  readName,
  readPort,
  readProtocol,
  type Services,
} from "./read-values.ts";
import type { Tokens } from "./tokens.ts";
import type {
  WrittenAnchor,
  WrittenCriteria,
  WrittenOptions,
  WrittenRule,
  WrittenScrub,
  WrittenTranslation,
} from "./written.ts";

const versions = { inet: 4, inet6: 6 } as const;
type Place = Pick<WrittenCriteria, "sources" | "sourcePorts" | "destinations" | "destinationPorts">;

/** Reads rules: what stands before from and to in one fixed order, what stands behind in any. */
export class RuleReader {
  readonly #tokens: Tokens;
  readonly #services: Services;

  constructor(tokens: Tokens, services: Services) {
    this.#tokens = tokens;
    this.#services = services;
  }

  /** Behind `pass` or `block`. */
  rule(line: number, isBlock: boolean): WrittenRule {
    const action = isBlock ? this.#block() : "pass";
    return { kind: "rule", action, ...this.#head(line), ...this.#place(), options: this.#options() };
  }

  /** `return-icmp(port-unr)`, `return-rst(ttl 5)` and the like: how it is told is not kept. */
  #block(): "drop" | "return" {
    const tokens = this.#tokens;
    const action = tokens.take("drop", "return", "return-icmp", "return-icmp6", "return-rst");
    if (action === undefined || action === "drop") return "drop";
    if (action !== "return") this.#skipBrackets();
    return "return";
  }

  #skipBrackets(): void {
    if (this.#tokens.take("(") === undefined) return;
    while (this.#tokens.take(")") === undefined) this.#tokens.any();
  }

  /** Behind `scrub`, or the path of an anchor of such. */
  scrub(line: number, isExcepted: boolean, path?: string): WrittenScrub {
    const read = { ...this.#head(line), ...this.#place(), options: none };
    const words = this.#scrubbing();
    return { kind: "scrub", isExcepted, words, ...(path !== undefined && { path }), ...read };
  }

  /** What is done to packets, but for putting fragments together, which is done where nothing else is said. */
  #scrubbing(): readonly string[] {
    const tokens = this.#tokens;
    const words: string[] = [];
    while (!tokens.isAtEndOfLine) {
      const word = tokens.word("an option");
      if (word === "no-df" || word === "random-id") words.push(word);
      else if (word === "min-ttl" || word === "max-mss" || word === "set-tos")
        words.push(word, tokens.word("a number"));
      else if (word === "reassemble") {
        tokens.expect("tcp");
        words.push("reassemble tcp");
      } else if (word === "fragment") {
        if (tokens.take("reassemble") === undefined) words.push(tokens.take("crop", "drop-ovl") ?? tokens.word("crop"));
      } else tokens.fail(`the option ${word}`);
    }
    return words;
  }

  /** Without what stands in its braces. */
  anchor(line: number, path: string): WrittenAnchor {
    return { kind: "anchor", path, ...this.#head(line), ...this.#place(), options: this.#options() };
  }

  /** Behind `nat` and the like; of what addresses become, one that stands there in figures. */
  translation(line: number, what: WrittenTranslation["what"], isExcepted: boolean, path?: string): WrittenTranslation {
    const tokens = this.#tokens;
    const isFinal = tokens.take("pass") !== undefined;
    const read = { ...this.#head(line), ...this.#place(), options: none };
    const tagged = tokens.take("tagged") === undefined ? undefined : readName(tokens, "the tag", 63);
    if (!tokens.isAtEndOfLine && tokens.peek() !== "-") tokens.fail(`the option ${tokens.shown}`);
    const becomes = this.#becomes();
    const options = tagged === undefined ? none : { ...none, tagged: { isNegated: false, name: tagged } };
    const more = { ...(path !== undefined && { path }), ...(becomes && { becomes }) };
    return { kind: "translation", what, isExcepted, isFinal, ...more, ...read, options };
  }

  #becomes(): Net | undefined {
    const tokens = this.#tokens;
    let becomes: Net | undefined;
    if (tokens.take("-") !== undefined && tokens.take(">") !== undefined && !tokens.isAtEndOfLine) {
      const address = tokens.any();
      becomes = readNet(address, tokens.take("/") === undefined ? undefined : tokens.word("the length of a prefix"));
    }
    while (!tokens.isAtEndOfLine) tokens.any();
    return becomes;
  }

  #head(line: number): Omit<WrittenCriteria, keyof Place | "options"> {
    const tokens = this.#tokens;
    const direction: Direction | undefined = tokens.take("in", "out");
    const isLogged = tokens.take("log") !== undefined;
    if (isLogged) this.#skipBrackets();
    const isQuick = tokens.take("quick") !== undefined;
    const interfaces = tokens.take("on") === undefined ? [] : listOf(tokens, () => readInterface(tokens));
    const route = tokens.take("route-to") === undefined ? undefined : this.#route();
    const version = this.#version();
    const protocols = tokens.take("proto") === undefined ? [] : listOf(tokens, () => readProtocol(tokens));
    return {
      line,
      isLogged,
      isQuick,
      interfaces,
      protocols,
      ...(direction && { direction }),
      ...(route !== undefined && { route }),
      ...(version && { version }),
    };
  }

  #route(): string {
    const tokens = this.#tokens;
    if (tokens.take("(") === undefined) return readName(tokens, "the interface", 15);
    const name = readName(tokens, "the interface", 15);
    tokens.word("an address");
    tokens.expect(")");
    return name;
  }

  #version(): Version | undefined {
    const word = this.#tokens.take("inet", "inet6");
    return word && versions[word];
  }

  #place(): Place {
    const tokens = this.#tokens;
    const isAll = tokens.take("all") !== undefined;
    const [sources, sourcePorts] = !isAll && tokens.take("from") !== undefined ? this.#end() : [[], []];
    const [destinations, destinationPorts] = !isAll && tokens.take("to") !== undefined ? this.#end() : [[], []];
    return { sources, sourcePorts, destinations, destinationPorts };
  }

  #end(): readonly [Place["sources"], Place["sourcePorts"]] {
    const tokens = this.#tokens;
    const hosts = tokens.peek() === "port" ? [] : readHosts(tokens);
    const ports = tokens.take("port") === undefined ? [] : listOf(tokens, () => readPort(tokens, this.#services));
    return [hosts, ports];
  }

  #options(): WrittenOptions {
    const tokens = this.#tokens;
    const found: { -readonly [K in keyof WrittenOptions]: WrittenOptions[K] } = { ...none };
    const seen = new Set<string>();
    for (let word = tokens.peek(); !tokens.isAtEndOfLine && word !== "{"; word = tokens.peek()) {
      const isNegated = tokens.take("!") !== undefined;
      const option = tokens.word("an option");
      if (isNegated && option !== "tagged") tokens.fail(`${option} is not negated`);
      const key = option === "no" || option === "keep" ? "state" : option;
      if (seen.has(key)) tokens.fail(`${option} again`);
      seen.add(key);
      switch (option) {
        case "user":
          found.users = listOf(tokens, () => readId(tokens, "user"));
          break;
        case "group":
          found.groups = listOf(tokens, () => readId(tokens, "group"));
          break;
        case "flags":
          found.flags = this.#flags();
          break;
        case "icmp-type":
        case "icmp6-type": {
          const version = option === "icmp-type" ? 4 : 6;
          if (found.icmp) tokens.fail("types of two protocols");
          found.icmp = { version, types: listOf(tokens, () => readIcmp(tokens, version)) };
          break;
        }
        case "no":
        case "keep":
          tokens.expect("state");
          found.keeps = option === "no" ? "no state" : this.#keeps();
          break;
        case "fragment":
          found.isOfFragments = true;
          break;
        case "allow-opts":
          found.allowsOptions = true;
          break;
        case "label":
          found.label = this.#label();
          break;
        case "tag":
          found.tag = readName(tokens, "the tag", 63);
          break;
        case "tagged":
          found.tagged = { isNegated, name: readName(tokens, "the tag", 63) };
          break;
        default:
          tokens.fail(elsewhere.has(option) ? `${option} is not there on macOS` : `the option ${option}`);
      }
    }
    return found;
  }

  #flags(): "any" | "S/SA" {
    const tokens = this.#tokens;
    if (tokens.take("any") !== undefined) return "any";
    const [set, of] = [tokens.word("flags of TCP"), tokens.take("/") && tokens.word("flags of TCP")];
    return set === "S" && of === "SA" ? "S/SA" : tokens.fail(`the flags ${set}/${of}`);
  }

  #keeps(): Keeps {
    const tokens = this.#tokens;
    if (tokens.take("(") === undefined) return "floating";
    const option = tokens.word("an option of states");
    if (option === "sloppy" || option === "pflow") tokens.fail(`${option} is not there on macOS`);
    if (option !== "if-bound" && option !== "floating") tokens.fail(`the option ${option} of states`);
    tokens.expect(")");
    return option === "if-bound" ? "if-bound" : "floating";
  }

  #label(): string {
    const label = this.#tokens.string("a label");
    if (label === "" || new TextEncoder().encode(label).length > 63) this.#tokens.fail("a label of 1 to 63 bytes");
    return label;
  }
}

/** OpenBSD's of later years. */
export const elsewhere: ReadonlySet<string> = new Set([
  "match",
  "received-on",
  "divert-to",
  "divert-reply",
  "rdr-to",
  "nat-to",
  "binat-to",
  "af-to",
  "once",
  "sloppy",
  "pflow",
  "counters",
  "set",
  "prio",
  "scrub",
]);

const none: WrittenOptions = { users: [], groups: [], isOfFragments: false, allowsOptions: false };
