import { Json } from "../readers/nft/json.ts";
import { question } from "../readers/nft/listed-rule.ts";
import { elementsOf } from "../readers/nft/listed-values.ts";
import { type Condition, Unreadable } from "../readers/nft/program.ts";
import { stateTest } from "./connection-states.ts";
import { headerTest } from "./nft-headers.ts";
import { ruleText } from "./rule-text.ts";
import type { Test } from "./rules.ts";
import { either, frameTest, inReply, known, negated } from "./test-forms.ts";

/** Sets and maps of a table by their names. */
export type Contents = ReadonlyMap<string, Json>;

/** What a listed expression asks of a packet. `Unreadable` is thrown where nothing at all is known of it. */
export function testOf(kind: string, value: Json, contents: Contents): Test {
  switch (kind) {
    case "limit":
    case "ct count":
      return { kind: value.get("inv")?.value === true ? "rarely" : "usually" };
    case "quota":
      return { kind: "sometimes" };
    case "set": {
      // Adds whoever comes by to a set, as long as it has room; with a limit of its own for each.
      const limit = value.get("stmt")?.isArray ? value.get("stmt")?.array()[0] : undefined;
      return limit && limit.keys[0] === "limit" ? testOf("limit", limit.only()[1], contents) : { kind: "always" };
    }
    default:
      return matchOf(value, contents);
  }
}

function matchOf(match: Json, contents: Contents): Test {
  const { op, left, right } = match.object(["op", "left", "right"]);
  const isNegated = op.string() === "!=";
  const [kind, value] = left.only();
  const resolved =
    right.isString && right.string().startsWith("@") ? heldBy(right.string().slice(1), contents, right) : right;
  const wanted = elementsIn(resolved);
  if (wanted.length === 0) return { kind: isNegated ? "always" : "never" };
  switch (kind) {
    case "concat": {
      const parts = value.array();
      const of = wanted.map((element) => {
        const values = element.object(["concat"]).concat.array();
        return parts.map((part, i) => matchOf(asked(part, values[i] ?? element.fail("a part is missing")), contents));
      });
      return negated({ kind: "either", of }, isNegated);
    }
    case "numgen":
    case "jhash":
    case "symhash":
      return { kind: "sometimes" };
    case "ct":
      return connection(value.get("key")?.string() ?? "", wanted, isNegated, match);
    case "fib":
      return wayBack(value, right, isNegated) ?? knownOf(asked(left, resolved, op.string()));
    case "meta":
      return ofMeta(value.get("key")?.string() ?? "", wanted, isNegated) ?? knownOf(asked(left, resolved, op.string()));
    case "exthdr":
    case "rt":
      // No packet that a policy speaks of has headers of its own.
      return { kind: isNegated ? "always" : "never" };
    case "payload": {
      return (
        headerTest(value, undefined, resolved, op.string()) ??
        ofFrame(value, asked(left, resolved, op.string()), wanted, isNegated) ??
        knownOr(asked(left, resolved, op.string()), within(value), match)
      );
    }
    case "&": {
      const [field, mask] = value.array();
      const payload = field?.get("payload");
      if (!payload) return knownOf(asked(left, resolved, op.string()));
      const test = mask && headerTest(payload, mask, resolved, op.string());
      return test ?? { kind: "unknown", words: inWords(match), within: within(payload) };
    }
    default:
      return knownOf(asked(left, resolved, op.string()));
  }
}

const inWords = (match: Json): string => ruleText(new Json([{ match: match.value }], 0));

/** A question by itself: whether `left` is `right`. */
export const asked = (left: Json, right: Json, op = "=="): Json =>
  new Json({ op, left: left.value, right: right.value }, left.place);

const knownOf = (match: Json): Test => known(question(match, false));

function knownOr(match: Json, withinOf: readonly Condition[], original: Json): Test {
  try {
    return knownOf(match);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { kind: "unknown", words: inWords(original), within: withinOf };
  }
}

/** What ARP about IPv4 on Ethernet says of itself, and no other is needed. */
const ordinaryArp: Readonly<Record<string, readonly (string | number)[]>> = {
  "arp htype": [1],
  "arp ptype": ["ip", 0x0800],
  "arp hlen": [6],
  "arp plen": [4],
};

/** Of a frame, or of ARP. */
function ofFrame(payload: Json, match: Json, wanted: readonly Json[], isNegated: boolean): Test | undefined {
  const name = `${payload.get("protocol")?.value} ${payload.get("field")?.value}`;
  switch (name) {
    case "ether type":
      return negated(carrying(wanted), isNegated);
    case "arp saddr ip":
    case "arp daddr ip":
      return known(question(match, true));
    case "arp operation":
      // Both questions and answers are needed.
      return { kind: "sometimes" };
    default: {
      const usual = ordinaryArp[name];
      if (!usual) return undefined;
      const isUsual = wanted.some(({ value }) => usual.some((one) => one === value));
      return { kind: isUsual !== isNegated ? "always" : "never" };
    }
  }
}

/** Packets that are one of `ip`, `ip6`, `arp`; what else there may be is none that a policy speaks of. */
function carrying(kinds: readonly Json[]): Test {
  const families = kinds.flatMap(({ value }) => spoken[`${value}`] ?? []);
  return families.length === 0 ? { kind: "never" } : known({ kind: "family", families });
}
const spoken: Readonly<Record<string, "ipv4" | "ipv6" | "arp">> = { ip: "ipv4", ip6: "ipv6", arp: "arp" };

const protocolNumbers: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58, sctp: 132, dccp: 33 };

/** Whose field it is, at least. */
function within(payload: Json): readonly Condition[] {
  const protocol = payload.get("protocol");
  const name = protocol?.isString ? protocol.string() : "";
  const number = protocolNumbers[name];
  if (number !== undefined) return [{ kind: "protocol", spans: [{ first: number, last: number }], isNegated: false }];
  if (name === "arp") return [{ kind: "family", families: ["arp"] }];
  if (name === "ip" || name === "ip6") return [{ kind: "family", families: [name === "ip" ? "ipv4" : "ipv6"] }];
  return [];
}

/** The elements of an anonymous set, or one value. */
function elementsIn(right: Json): readonly Json[] {
  if (right.isArray) return right.array();
  return elementsOf(right);
}

/** What a named set holds now, as an unnamed one. */
function heldBy(name: string, contents: Contents, at: Json): Json {
  const set = contents.get(name) ?? at.fail(`no set ${name}`);
  const elements = set.get("elem")?.array() ?? [];
  return new Json({ set: elements.map((element) => (element.get("elem")?.get("val") ?? element).value) }, at.place);
}

function connection(key: string, wanted: readonly Json[], isNegated: boolean, match: Json): Test {
  const words = wanted.map((word) => (word.isString ? word.string() : ""));
  switch (key) {
    case "state":
      return negated(stateTest(words), isNegated);
    case "direction": {
      const isReply = (words[0] === "reply") !== isNegated;
      return negated(inReply, !isReply);
    }
    case "status": {
      const flags = words.map(
        (word): Test => (word === "dnat" ? known({ kind: "translated", end: "destination" }) : { kind: "sometimes" }),
      );
      return negated(either(flags), isNegated);
    }
    case "mark":
      return knownOf(match);
    default:
      return { kind: "unknown", words: inWords(match), within: [] };
  }
}

/** `fib saddr . iif oif missing`. Other questions of routes are left. */
function wayBack(fib: Json, right: Json, isNegated: boolean): Test | undefined {
  const { result, flags } = fib.object(["result", "flags"]);
  const asks = flags.array().map((flag) => flag.string());
  if (!["oif", "oifname", "check"].includes(result.string()) || !asks.includes("saddr")) return undefined;
  if (!asks.includes("iif")) return { kind: "sometimes" };
  // `missing`, and interface 0 as nft prints it.
  const isNone = right.value === false || right.value === 0 || right.value === "0";
  if (!isNone && right.value !== true) return { kind: "sometimes" };
  const isMissing = isNone !== isNegated;
  return negated({ kind: "no-way-back", byMark: asks.includes("mark") }, !isMissing);
}

function ofMeta(key: string, wanted: readonly Json[], isNegated: boolean): Test | undefined {
  switch (key) {
    case "iif":
    case "oif":
    case "iifname":
    case "oifname": {
      const names = wanted.map((one) =>
        one.isString ? one.string() : one.value === 0 ? "" : one.fail("an interface by its number"),
      );
      // Number 0: no interface.
      if (names.includes("")) return undefined;
      const tests = names.map((text): Test => {
        const isPrefix = text.endsWith("*");
        const name = isPrefix ? text.slice(0, -1) : text.replace(/\\\*$/, "*");
        const side = key.startsWith("iif") ? "in" : "out";
        return known({ kind: "name", side, names: [{ name, isPrefix }], isNegated: false });
      });
      return negated(either(tests), isNegated);
    }
    case "pkttype": {
      const tests = wanted.map((word) => (word.isString ? frameTest(word.string()) : undefined));
      return tests.every((test) => test !== undefined) ? negated(either(tests), isNegated) : undefined;
    }
    case "nftrace":
      return { kind: isNegated ? "always" : "never" };
    case "protocol":
      return negated(carrying(wanted), isNegated);
    default:
      return undefined;
  }
}
