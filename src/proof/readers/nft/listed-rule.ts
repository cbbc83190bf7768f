import { addressOf } from "./addresses.ts";
import type { Json } from "./json.ts";
import { addressesOf, elementsOf, spansOf } from "./listed-values.ts";
import { durationOf, icmpNames, protocolNames } from "./numbers.ts";
import { ownersIn } from "./owners.ts";
import {
  type Condition,
  connectionStates,
  type IpFamily,
  type Log,
  localityTypes,
  type NamePattern,
  type Rule,
  type RuleVerdict,
} from "./program.ts";
import { unclear } from "./unclear.ts";

/** One rule of a listing; what is not known here is refused, whatever it means. */
export function readExpressions(expressions: Json, isArp: boolean): Rule {
  const conditions: Condition[] = [];
  let effects: Pick<Rule, "log" | "marks"> = {};
  let verdict: RuleVerdict | undefined;
  let rate: Omit<Log, "prefix"> | undefined;
  for (const expression of expressions.array()) {
    const [kind, value] = expression.only();
    if (verdict) expression.fail(`${kind} after the verdict`);
    switch (kind) {
      case "counter":
        value.object(["packets", "bytes"]);
        break;
      case "limit":
        rate = rateOf(value);
        break;
      case "log":
        effects = { ...effects, log: logOf(value, rate) };
        break;
      case "mangle":
        effects = { ...effects, marks: marking(value) };
        break;
      case "match":
        // After what a rule does, a question would be about another packet than the one before it.
        if (rate || effects.log || effects.marks) expression.fail("a question after a statement");
        conditions.push(question(value, isArp));
        break;
      default:
        verdict = verdictOf(kind, value, isArp);
    }
  }
  if (rate && (!effects.log || verdict)) expressions.fail("only logging may be limited");
  const isReset = verdict?.kind === "reject" && verdict.with === "reset";
  const asked = [...conditions, ...(isReset ? [tcp] : [])];
  const fault = unclear(asked);
  if (fault !== undefined) expressions.fail(fault);
  return { line: expressions.place, conditions: asked, ...effects, ...(verdict && { verdict }) };
}

const tcp: Condition = { kind: "protocol", spans: [{ first: 6, last: 6 }], isNegated: false };

// ---- statements ----------------------------------------------------------------------------------------------------

function verdictOf(kind: string, value: Json, isArp: boolean): RuleVerdict {
  switch (kind) {
    case "accept":
    case "drop":
    case "return":
    case "masquerade":
      return value.isNull ? { kind } : value.fail(`unknown ${kind} ${value.shown}`);
    case "jump":
    case "goto":
      return { kind, chain: value.object(["target"]).target.string() };
    case "reject": {
      if (isArp) return value.fail("reject is not for ARP");
      if (value.keys.join() === "type") {
        value.object(["type"]).type.oneOf("tcp reset");
        return { kind, with: "reset" };
      }
      const { type, expr } = value.object(["type", "expr"]);
      type.oneOf("icmpx");
      expr.oneOf("port-unreachable");
      return { kind, with: "unreachable" };
    }
    case "dnat": {
      const { family: name, addr, port } = value.object(["family", "addr"], ["port"]);
      const family = name.oneOf("ip", "ip6") === "ip" ? "ipv4" : "ipv6";
      const address = addressOf(family, addr.string()) ?? addr.fail(`${addr.shown} is no address`);
      const at = port?.number(65535);
      if (at === 0) return value.fail("no port");
      return { kind, family, address, ...(at !== undefined && { port: at }) };
    }
    default:
      return value.fail(`unknown expression ${kind}`);
  }
}

function rateOf(value: Json): Omit<Log, "prefix"> {
  const { rate, burst, per } = value.object(["rate", "burst", "per"]);
  const time = durationOf(`1${per.oneOf("second", "minute", "hour", "day")[0]}`);
  return { count: rate.number(1_000_000), per: time ?? 0, burst: burst.number(1_000_000) };
}

function logOf(value: Json, rate: Omit<Log, "prefix"> | undefined): Log {
  const { prefix, flags } = value.object(["prefix", "flags"]);
  flags.oneOf("skuid");
  return rate ? { prefix: prefix.string(), ...rate } : value.fail("logging without a limit");
}

/** `ct mark set ct mark & keep | add`, or without adding anything. */
function marking(value: Json): NonNullable<Rule["marks"]> {
  const { key, value: set } = value.object(["key", "value"]);
  const isMark = (json: Json): unknown => json.object(["ct"]).ct.object(["key"]).key.oneOf("mark");
  isMark(key);
  const [masked = set, add, ...more] = set.keys.join() === "|" ? set.object(["|"])["|"].array() : [set];
  const [mark, keep, ...others] = masked.object(["&"])["&"].array();
  if (!mark || !keep || more.length + others.length > 0) return value.fail(`unknown mark ${set.shown}`);
  isMark(mark);
  return { keep: keep.number(0xffffffff), add: add?.number(0xffffffff) ?? 0 };
}

// ---- questions -----------------------------------------------------------------------------------------------------

export function question(match: Json, isArp: boolean): Condition {
  const { op, left, right } = match.object(["op", "left", "right"]);
  const [kind, value] = left.only();
  // Of flags `in` asks whether one of them is set, and conntrack sets one state alone.
  const isFlags = op.oneOf("==", "!=", "in") === "in";
  const isNegated = op.string() === "!=";
  const plainly = <T>(condition: T): T =>
    isFlags || isNegated ? match.fail(`${op.string()} is not for this`) : condition;
  const positively = <T>(condition: T): T => (isNegated ? match.fail("!= is not for this") : condition);
  const always = <T>(condition: T): T => (isFlags ? match.fail("in is not for this") : condition);
  if (isArp) {
    const { protocol, field } = left.object(["payload"]).payload.object(["protocol", "field"]);
    protocol.oneOf("arp");
    const end = field.oneOf("saddr ip", "daddr ip") === "saddr ip" ? "source" : "destination";
    return always({ kind: "address", end, family: "arp", among: among("ipv4", right), isNegated });
  }
  switch (kind) {
    case "meta":
      return always(meta(value.object(["key"]).key.string(), right, isNegated, match));
    case "&": {
      const [of, mask, ...more] = value.array();
      if (!of || !mask || more.length > 0) return value.fail(`${value.shown} is not understood`);
      const masked = { mask: mask.number(0xffffffff), value: right.number(0xffffffff), isNegated };
      return always({ kind: markOf(of), ...masked });
    }
    case "payload": {
      const { protocol, field } = value.object(["protocol", "field"]);
      return always(payload(protocol.string(), field.string(), right, isNegated));
    }
    case "ct":
      switch (value.object(["key"]).key.oneOf("state", "direction", "status", "mark")) {
        case "state": {
          const words = right.isArray ? right.array() : elementsOf(right);
          return positively({ kind: "state", states: words.map((word) => word.oneOf(...connectionStates)) });
        }
        case "direction":
          return plainly({ kind: "way", way: right.oneOf("original", "reply") });
        case "status":
          if (!isFlags) return match.fail("a status is one of flags");
          return { kind: "translated", end: right.oneOf("snat", "dnat") === "snat" ? "source" : "destination" };
        case "mark":
          return always({ kind: "connection-mark", ...markValue(right), isNegated });
      }
      break;
    case "fib": {
      const { result, flags } = value.object(["result", "flags"]);
      result.oneOf("type");
      const [end, side, ...more] = flags.array();
      if (!end || more.length > 0) return flags.fail(`${flags.shown} is not understood`);
      const types = elementsOf(right).map((word) => word.oneOf(...localityTypes));
      return always({
        kind: "locality",
        end: end.oneOf("saddr", "daddr") === "saddr" ? "source" : "destination",
        ...(side && { side: side.oneOf("iif", "oif") === "iif" ? "in" : "out" }),
        types,
        isNegated,
      });
    }
    case "socket": {
      const { key, level } = value.object(["key"], ["level"]);
      key.oneOf("cgroupv2");
      const path = right.string();
      // nft 1.0.6 does not list the level; at any other than that of its path a rule never matches.
      return plainly({ kind: "control-group", level: level?.number(255) ?? path.split("/").length, path });
    }
    default:
      return left.fail(`unknown question ${kind}`);
  }
}

function meta(key: string, right: Json, isNegated: boolean, match: Json): Condition {
  switch (key) {
    case "oifname":
    case "iifname":
      return { kind: "name", side: key === "oifname" ? "out" : "in", names: names(right), isNegated };
    case "oifkind":
    case "iifkind": {
      if (isNegated) return match.fail("!= is not for a kind");
      const kinds = elementsOf(right).map((kind) => {
        const word = kind.string();
        return /^[a-z0-9_-]+$/.test(word) ? word : kind.fail(`${word} is no kind of an interface`);
      });
      return { kind: "interface-kind", side: key === "oifkind" ? "out" : "in", kinds };
    }
    case "mark":
      return { kind: "mark", ...markValue(right), isNegated };
    case "skuid":
    case "skgid": {
      const spans = spansOf(elementsOf(right), 0xffffffff, new Map());
      const owners = ownersIn(spans, isNegated) ?? right.fail("a range of owners");
      return { kind: "owner", field: key === "skuid" ? "user" : "group", ...owners };
    }
    case "nfproto": {
      if (isNegated) return match.fail("!= is not for a family");
      const word = right.string();
      if (word.startsWith("@")) return { kind: "open", set: word.slice(1) };
      return { kind: "family", families: [right.oneOf("ipv4", "ipv6")] };
    }
    case "l4proto":
      return { kind: "protocol", spans: spansOf(elementsOf(right), 255, protocolNames), isNegated };
    case "iif":
      right.oneOf("0");
      return isNegated ? { kind: "arrived" } : match.fail("an interface by its number");
    default:
      return match.fail(`unknown meta ${key}`);
  }
}

function payload(protocol: string, field: string, right: Json, isNegated: boolean): Condition {
  switch (protocol) {
    case "ip":
    case "ip6": {
      const family = protocol === "ip" ? "ipv4" : "ipv6";
      if (field === (protocol === "ip" ? "ttl" : "hoplimit"))
        return { kind: "hops", family, spans: spansOf(elementsOf(right), 255, new Map()), isNegated };
      if (field !== "saddr" && field !== "daddr") break;
      const end = field === "saddr" ? "source" : "destination";
      return { kind: "address", end, family, among: among(family, right), isNegated };
    }
    case "tcp":
    case "udp":
    case "th": {
      if (field !== "sport" && field !== "dport") break;
      return {
        kind: "port",
        end: field === "sport" ? "source" : "destination",
        protocol: protocol === "th" ? "any" : protocol === "tcp" ? 6 : 17,
        spans: spansOf(elementsOf(right), 65535, new Map()),
        isNegated,
      };
    }
    case "icmp":
    case "icmpv6": {
      if (field !== "type") break;
      const family = protocol === "icmp" ? "ipv4" : "ipv6";
      return { kind: "icmp", family, spans: spansOf(elementsOf(right), 255, icmpNames[family]), isNegated };
    }
  }
  return right.fail(`unknown field ${protocol} ${field}`);
}

// ---- values --------------------------------------------------------------------------------------------------------

const markOf = (left: Json): "mark" | "connection-mark" => {
  const [kind, value] = left.only();
  if (kind !== "meta" && kind !== "ct") return left.fail(`unknown question ${kind}`);
  value.object(["key"]).key.oneOf("mark");
  return kind === "meta" ? "mark" : "connection-mark";
};

/** A mask of leading ones is listed as the length of a prefix. */
function markValue(right: Json): { readonly mask: number; readonly value: number } {
  if (right.keys.join() !== "prefix") return { mask: 0xffffffff, value: right.number(0xffffffff) };
  const { addr, len } = right.object(["prefix"]).prefix.object(["addr", "len"]);
  return { mask: (0xffffffff << (32 - len.number(32))) >>> 0, value: addr.number(0xffffffff) };
}

function among(family: IpFamily, right: Json): Extract<Condition, { readonly kind: "address" }>["among"] {
  if (right.isString && right.string().startsWith("@")) return right.string().slice(1);
  return addressesOf(family, elementsOf(right)) ?? right.fail("addresses overlap");
}

function names(right: Json): readonly NamePattern[] {
  const elements = elementsOf(right);
  return elements.map((element) => {
    const text = element.string();
    const isPrefix = text.endsWith("*");
    const name = isPrefix ? text.slice(0, -1) : text;
    if (name === "" || name.length > 15 || /[*\\/\s]/.test(name))
      return element.fail(`${text} is no name of an interface`);
    return isPrefix && elements.length > 1 ? element.fail("a prefix in a list") : { name, isPrefix };
  });
}
