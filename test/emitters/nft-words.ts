import type { Packet } from "../../src/ir/packet.ts";
import type { Locality } from "../../src/ir/ruleset.ts";
import { type AddressRange, addressSet, contains } from "../../src/net/address-set.ts";
import { isFault, parseNet } from "../../src/net/parse-net.ts";
import type { RuleText, SetText } from "./nft-text.ts";

/** The words of one rule as the kernel understands them. */

/** The packet at one of the places where it is judged; the interface is that of the place. */
export interface Passage {
  readonly packet: Packet;
  readonly hook: string;
  /** What is remembered of the packet's connection from hook to hook. */
  readonly connection: { mark: number };
  /** The source was translated to one of this machine. */
  readonly isMasqueraded?: boolean;
}
type Condition = (passage: Passage) => boolean;
export type Ending =
  | { readonly kind: "accept" | "drop" | "reject" | "reset" | "return" | "masquerade" | "dnat" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export interface Rule {
  readonly line: number;
  readonly conditions: readonly Condition[];
  /** What a rule does beside judging. */
  readonly effect?: (passage: Passage) => void;
  /** Absent: the rule only counts. */
  readonly ending?: Ending;
}

export interface Scope {
  readonly family: string;
  readonly sets: ReadonlyMap<string, SetText>;
}

export function readRule({ line, words }: RuleText, scope: Scope): Rule {
  const reader = new RuleReader(words, scope);
  try {
    return { line, ...reader.read() };
  } catch (error) {
    throw new Error(`line ${line}: ${error instanceof Error ? error.message : error}: ${words.join(" ")}`);
  }
}

const protocols: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["tcp", 6],
  ["udp", 17],
  ["ipv6-icmp", 58],
]);

/** nft 1.0.6, `nft describe icmp type` and `nft describe icmpv6 type`. */
const icmpTypes: Readonly<Record<"icmp" | "icmpv6", ReadonlyMap<string, number>>> = {
  icmp: new Map([
    ["echo-reply", 0],
    ["destination-unreachable", 3],
    ["source-quench", 4],
    ["redirect", 5],
    ["echo-request", 8],
    ["router-advertisement", 9],
    ["router-solicitation", 10],
    ["time-exceeded", 11],
    ["parameter-problem", 12],
    ["timestamp-request", 13],
    ["timestamp-reply", 14],
    ["info-request", 15],
    ["info-reply", 16],
    ["address-mask-request", 17],
    ["address-mask-reply", 18],
  ]),
  icmpv6: new Map([
    ["destination-unreachable", 1],
    ["packet-too-big", 2],
    ["time-exceeded", 3],
    ["parameter-problem", 4],
    ["echo-request", 128],
    ["echo-reply", 129],
    ["mld-listener-query", 130],
    ["mld-listener-report", 131],
    ["mld-listener-done", 132],
    ["nd-router-solicit", 133],
    ["nd-router-advert", 134],
    ["nd-neighbor-solicit", 135],
    ["nd-neighbor-advert", 136],
    ["nd-redirect", 137],
    ["router-renumbering", 138],
    ["ind-neighbor-solicit", 141],
    ["ind-neighbor-advert", 142],
    ["mld2-listener-report", 143],
  ]),
};

class RuleReader {
  readonly #words: readonly string[];
  readonly #scope: Scope;
  #at = 0;

  constructor(words: readonly string[], scope: Scope) {
    this.#words = words;
    this.#scope = scope;
  }

  read(): Omit<Rule, "line"> {
    const conditions: Condition[] = [];
    let ending: Ending | undefined;
    let effect: Rule["effect"];
    while (this.#at < this.#words.length) {
      const word = this.#next();
      if (word === "counter") continue;
      if (word === "comment") {
        if (!/^"[ -~]{1,126}"$/.test(this.#next()) || this.#at < this.#words.length) throw new Error("bad comment");
        continue;
      }
      if (ending) throw new Error(`${word} after the verdict`);
      // How often a refusal is told decides nothing.
      if (word === "limit" || word === "log") {
        this.#at = this.#words.length;
        continue;
      }
      if (word === "ct" && this.#peek("mark") && this.#words[this.#at + 1] === "set") {
        effect = this.#marking();
        continue;
      }
      if (word === "masquerade") {
        ending = { kind: "masquerade" };
        continue;
      }
      if (word === "dnat") {
        this.#at = this.#words.indexOf("comment");
        ending = { kind: "dnat" };
        continue;
      }
      ending = this.#ending(word);
      if (!ending) conditions.push(this.#condition(word));
    }
    return { conditions, ...(effect && { effect }), ...(ending && { ending }) };
  }

  #ending(word: string): Ending | undefined {
    switch (word) {
      case "accept":
      case "drop":
      case "return":
        return { kind: word };
      case "jump":
      case "goto":
        return { kind: word, chain: this.#next() };
      case "reject":
        if (!this.#take("with")) return { kind: word };
        this.#expect("tcp");
        this.#expect("reset");
        return { kind: "reset" };
      default:
        return undefined;
    }
  }

  #condition(word: string): Condition {
    if (this.#scope.family === "arp") return this.#arp(word);
    switch (word) {
      case "oifname":
      case "iifname": {
        const isName = this.#names();
        return (p) => isName((word === "oifname" ? p.packet.outInterface : inInterface(p))?.name ?? "");
      }
      case "meta":
        return this.#meta(this.#next());
      case "ip":
      case "ip6":
        return this.#network(word, this.#next());
      case "tcp":
      case "udp":
      case "th":
        return this.#port(word, this.#next());
      case "icmp":
      case "icmpv6":
        return this.#icmp(word);
      case "ct":
        return this.#connection(this.#next());
      case "fib":
        return this.#locality();
      case "socket":
        return this.#controlGroup();
      default:
        throw new Error(`unknown word ${word}`);
    }
  }

  #arp(word: string): Condition {
    if (word !== "arp") throw new Error(`unknown word ${word}`);
    const field = this.#oneOf("saddr", "daddr");
    this.#expect("ip");
    const isAmong = this.#addresses("ipv4");
    return ({ packet }) => isAmong(field === "saddr" ? packet.source : packet.destination);
  }

  #meta(key: string): Condition {
    switch (key) {
      // A card without a kind ends the rule, whatever is asked of it.
      case "oifkind":
      case "iifkind": {
        const isKind = this.#names();
        return (p) => {
          const kind = (key === "oifkind" ? p.packet.outInterface : inInterface(p))?.kind;
          return kind !== undefined && isKind(kind);
        };
      }
      case "mark": {
        const mask = this.#take("&") ? this.#number() : 0xffffffff;
        if (mask !== 0xffffffff) this.#expect("==");
        const value = this.#number();
        return ({ packet }) => (packet.owner.mark & mask) >>> 0 === value;
      }
      case "skuid":
      case "skgid": {
        if (key === "skuid" && this.#take("0-4294967294")) return ({ packet: { owner } }) => owner.user !== undefined;
        const value = this.#number();
        return ({ packet: { owner } }) => (key === "skuid" ? owner.user : owner.group) === value;
      }
      case "nfproto": {
        // A portal that is open: its two elements are there.
        if (this.#peek("@portal_open")) {
          const timer = this.#scope.sets.get(this.#next().slice(1));
          if (timer?.type !== "nf_proto") throw new Error("no set of families");
          return () => true;
        }
        const family = this.#oneOf("ipv4", "ipv6");
        return ({ packet }) => packet.family === family;
      }
      case "l4proto": {
        const isAmong = this.#numbers(protocols, 255);
        return ({ packet }) => isAmong(packet.payload.protocol);
      }
      case "iif":
        this.#expect("!=");
        this.#expect("0");
        return (p) => inInterface(p) !== undefined;
      default:
        throw new Error(`unknown meta ${key}`);
    }
  }

  #network(word: "ip" | "ip6", field: string): Condition {
    const family = word === "ip" ? "ipv4" : "ipv6";
    if (field === (word === "ip" ? "ttl" : "hoplimit")) {
      const hops = this.#number();
      return ({ packet }) => packet.family === family && packet.hopLimit === hops;
    }
    if (field !== "saddr" && field !== "daddr") throw new Error(`unknown field ${field}`);
    const isAmong = this.#addresses(family);
    return ({ packet }) => packet.family === family && isAmong(field === "saddr" ? packet.source : packet.destination);
  }

  /** `th` reads whatever stands there, so the rule must have asked for the protocol. */
  #port(word: "tcp" | "udp" | "th", field: string): Condition {
    if (field !== "sport" && field !== "dport") throw new Error(`unknown field ${field}`);
    if (word === "th" && !this.#words.join(" ").includes("meta l4proto {tcp,udp}"))
      throw new Error("a port of no protocol");
    const isAmong = this.#numbers(new Map(), 65535);
    const protocol = protocols.get(word);
    return ({ packet: { payload } }) => {
      const port = field === "sport" ? payload.sourcePort : payload.destinationPort;
      return (protocol === undefined || payload.protocol === protocol) && port !== undefined && isAmong(port);
    };
  }

  /** In an inet table nft asks for the family and the protocol by itself. */
  #icmp(word: "icmp" | "icmpv6"): Condition {
    this.#expect("type");
    const isAmong = this.#numbers(icmpTypes[word], 255);
    const [family, protocol] = word === "icmp" ? (["ipv4", 1] as const) : (["ipv6", 58] as const);
    return ({ packet }) =>
      packet.family === family &&
      packet.payload.protocol === protocol &&
      packet.payload.icmpType !== undefined &&
      isAmong(packet.payload.icmpType);
  }

  #connection(key: string): Condition {
    if (key === "state") {
      const state = this.#oneOf("established", "related");
      return ({ packet }) => packet.connection.split("-")[0] === state;
    }
    if (key === "status") {
      const status = this.#oneOf("dnat", "snat");
      return ({ packet, isMasqueraded }) => (status === "dnat" ? packet.rewritten === true : isMasqueraded === true);
    }
    if (key === "mark") {
      this.#expect("&");
      const mask = this.#number();
      this.#expect("==");
      const value = this.#number();
      return ({ connection }) => (connection.mark & mask) >>> 0 === value;
    }
    if (key !== "direction") throw new Error(`unknown ct ${key}`);
    this.#expect("reply");
    // An error about a flow comes from where its replies come from.
    return ({ packet: { connection } }) => connection === "established-reply" || connection === "related";
  }

  #marking(): (passage: Passage) => void {
    for (const word of ["mark", "set", "ct", "mark", "&"]) this.#expect(word);
    const kept = this.#number();
    const added = this.#take("|") ? this.#number() : 0;
    return ({ connection }) => {
      connection.mark = ((connection.mark & kept) | added) >>> 0;
    };
  }

  /** Known in the output hook alone. systemd names a slice after the ones around it. */
  #controlGroup(): Condition {
    this.#expect("cgroupv2");
    this.#expect("level");
    const level = this.#number();
    const path = this.#next().slice(1, -1);
    const segments = path.split("/");
    if (segments.length !== level) throw new Error(`${path} is not at level ${level}`);
    return ({ packet: { owner }, hook }) => {
      if (hook !== "output") throw new Error(`socket does not load in ${hook}`);
      return owner.slice !== undefined && (owner.slice === path || owner.slice === segments.at(-1));
    };
  }

  #locality(): Condition {
    const field = this.#oneOf("saddr", "daddr");
    const side = this.#take(".") ? this.#oneOf("iif", "oif") : undefined;
    this.#expect("type");
    const isNegated = this.#take("!=");
    const types = elements(this.#next());
    for (const type of types)
      if (!["local", "broadcast", "multicast"].includes(type)) throw new Error(`unknown type ${type}`);
    return ({ packet, hook }) => {
      if (side && !(side === "iif" ? ["input", "forward"] : ["output", "postrouting", "forward"]).includes(hook))
        throw new Error(`fib by ${side} does not load in ${hook}`);
      const seen: Locality = field === "saddr" ? packet.sourceLocality : packet.destinationLocality;
      // Without an interface: whose address it is on the whole machine. What leaves has one of ours.
      const type = !side && field === "saddr" && packet.direction === "out" ? "local" : seen;
      return types.includes(type) !== isNegated;
    };
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  #addresses(family: "ipv4" | "ipv6"): (value: bigint) => boolean {
    const isNegated = this.#take("!=");
    const text = this.#next();
    const named = text.startsWith("@") ? this.#scope.sets.get(text.slice(1)) : undefined;
    if (text.startsWith("@") && named?.type !== (family === "ipv4" ? "ipv4_addr" : "ipv6_addr"))
      throw new Error(`no set of ${family} addresses: ${text}`);
    // The runtime fills it later.
    if (named?.elements.length === 0) return () => isNegated;
    const set = readAddresses(named?.elements ?? elements(text), family);
    return (value) => contains(set, { family, value }) !== isNegated;
  }

  #numbers(names: ReadonlyMap<string, number>, most: number): (value: number) => boolean {
    const ranges = elements(this.#next()).map((text) => {
      const [first = -1, last = first] = text
        .split(/(?<=[0-9])-(?=[0-9])/)
        .map((word) => names.get(word) ?? decimal(word));
      if (first > last || last > most) throw new Error(`bad range ${text}`);
      return { first, last };
    });
    if (ranges.length === 0) throw new Error("an empty set");
    return (value) => ranges.some(({ first, last }) => first <= value && value <= last);
  }

  #names(): (name: string) => boolean {
    const tests = elements(this.#next()).map((text): ((name: string) => boolean) => {
      const content = /^"([^"]{1,16})"$/.exec(text)?.[1];
      if (content === undefined) throw new Error(`${text} is no name`);
      return content.endsWith("*") ? (name) => name.startsWith(content.slice(0, -1)) : (name) => name === content;
    });
    return (name) => tests.some((test) => test(name));
  }

  #number(): number {
    const word = this.#next();
    return /^0x[0-9a-f]{1,8}$/.test(word) ? Number(word) : decimal(word);
  }

  #next(): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new Error("a word is missing");
    return word;
  }

  #take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  #peek(word: string): boolean {
    return this.#words[this.#at] === word;
  }

  #expect(word: string): void {
    if (!this.#take(word)) throw new Error(`not ${word} but ${this.#words[this.#at]}`);
  }

  #oneOf<T extends string>(...words: readonly T[]): T {
    const word = this.#next();
    const found = words.find((w) => w === word);
    if (found === undefined) throw new Error(`unknown word ${word}`);
    return found;
  }
}

/** A packet of this machine has no arriving interface in `output`; in `postrouting` it shows the tunnel that encapsulated it. */
const inInterface = ({ packet, hook }: Passage) => (hook === "output" ? undefined : packet.inInterface);

const elements = (text: string): readonly string[] => (text.startsWith("{") ? text.slice(1, -1).split(",") : [text]);

function decimal(word: string): number {
  if (!/^(0|[1-9][0-9]*)$/.test(word)) throw new Error(`${word} is no number`);
  return Number(word);
}

/** As the kernel keeps them: elements may not overlap. */
export function readAddresses(texts: readonly string[], family: "ipv4" | "ipv6"): readonly AddressRange[] {
  const ranges = texts.map((text) => {
    const net = parseNet(text);
    if (isFault(net) || net.family !== family) throw new Error(`${text} is no ${family} address`);
    return net;
  });
  const size = (of: readonly AddressRange[]): bigint =>
    of.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
  const set = addressSet(ranges);
  if (set.length === 0 || size(set) !== size(ranges)) throw new Error("elements overlap, or there are none");
  return set;
}
