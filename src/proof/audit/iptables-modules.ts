import { type Condition, type IpFamily, localityTypes, type Span } from "../readers/nft/program.ts";
import { testOfSet } from "./ipset.ts";
import { addressTest, type Context } from "./iptables-tests.ts";
import { argumentsOf, type Part } from "./iptables-words.ts";
import type { Test } from "./rules.ts";
import { either, inReply, known, negated } from "./test-forms.ts";

/** What `-m NAME …` asks; `protocol` is the one that the rule is about. */
export function testsOfModule(
  values: readonly string[],
  protocol: number | undefined,
  context: Context,
): readonly Test[] {
  const [name = "", ...rest] = values;
  const simple = plain[name];
  if (simple) return simple === "always" ? [] : [{ kind: simple }];
  const asked = argumentsOf(rest);
  if (asked.length === 0) return name === "socket" ? [{ kind: "sometimes" }] : [];
  const module = modules[name];
  const tests = module?.(asked, { ...context, protocol });
  return tests ?? [{ kind: "unknown", words: `-m ${values.join(" ")}`, within: [] }];
}

/** Modules of which nobody knows more from a packet alone, or nothing depends on for packets that a policy speaks of. */
const plain: Readonly<Record<string, "always" | "never" | "sometimes" | "usually">> = {
  comment: "always",
  rt: "never",
  frag: "never",
  hbh: "never",
  dst: "never",
  ah: "never",
  limit: "usually",
  pkttype: "sometimes",
  physdev: "sometimes",
  statistic: "sometimes",
  quota: "sometimes",
  time: "sometimes",
  length: "sometimes",
  connbytes: "sometimes",
  helper: "sometimes",
  realm: "sometimes",
};

interface ModuleContext extends Context {
  readonly protocol: number | undefined;
}
/** Undefined where an option is not understood. */
type Module = (asked: readonly Part[], context: ModuleContext) => readonly Test[] | undefined;

/** Each option by itself: all must be known. */
const each =
  (of: (part: Part, context: ModuleContext) => Test | undefined): Module =>
  (asked, context) => {
    const tests = asked.map((part) => of(part, context));
    return tests.every((test) => test !== undefined) ? tests : undefined;
  };

const ofPorts = each(({ option, values: [value = ""], isNegated }, { protocol }) => {
  const number = protocol ?? 0;
  const spans = spansOf(value, 65535);
  const at = (end: "source" | "destination"): Test =>
    known({ kind: "port", end, protocol: number, spans: spans ?? [], isNegated: false });
  const test =
    option === "--sport" || option === "--sports" || option === "--source-ports"
      ? at("source")
      : option === "--dport" || option === "--dports" || option === "--destination-ports"
        ? at("destination")
        : option === "--ports"
          ? either([at("source"), at("destination")])
          : undefined;
  if (test && spans && showsPorts.has(number)) return negated(test, isNegated);
  if (option !== "--tcp-flags" && option !== "--tcp-option" && option !== "--chunk-types") return undefined;
  return {
    kind: "unknown",
    words: option,
    within: [{ kind: "protocol", spans: [{ first: number, last: number }], isNegated: false }],
  };
});
const showsPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

const icmp = (family: IpFamily): Module =>
  each(({ option, values: [value = ""], isNegated }) => {
    if (!option.endsWith("-type")) return undefined;
    if (value === "any") return { kind: isNegated ? "never" : "always" };
    const [, type = "", code] = /^(\d+)(?:\/(\d+))?$/.exec(value) ?? [];
    if (type === "" || Number(type) > 255) return undefined;
    const condition: Condition = {
      kind: "icmp",
      family,
      spans: [{ first: Number(type), last: Number(type) }],
      isNegated: false,
    };
    if (code === undefined) return negated(known(condition), isNegated);
    return isNegated ? undefined : { kind: "unknown", words: `${option} ${value}`, within: [condition] };
  });

const hops = (family: IpFamily): Module =>
  each(({ option, values: [value = ""], isNegated }) => {
    const count = Number(value);
    if (!/^\d{1,3}$/.test(value) || count > 255) return undefined;
    const kind = option.slice(-3);
    const spans =
      kind === "-eq"
        ? [{ first: count, last: count }]
        : kind === "-lt"
          ? [{ first: 0, last: count - 1 }]
          : kind === "-gt"
            ? [{ first: count + 1, last: 255 }]
            : undefined;
    if (spans?.some(({ first, last }) => first > last)) return { kind: isNegated ? "always" : "never" };
    return spans && negated(known({ kind: "hops", family, spans, isNegated: false }), isNegated);
  });

const states: Module = each(({ option, values: [value = ""], isNegated }) => {
  if (option === "--ctstate" || option === "--state") {
    const tests = value.split(",").flatMap((word): Test[] => {
      switch (word) {
        case "NEW":
        case "ESTABLISHED":
        case "RELATED":
          return [known({ kind: "state", states: [word.toLowerCase() as "new"] })];
        case "DNAT":
          return [known({ kind: "translated", end: "destination" })];
        case "SNAT":
          return [{ kind: "sometimes" }];
        default:
          // INVALID and UNTRACKED: none that a policy speaks of.
          return [{ kind: "never" }];
      }
    });
    return negated(either(tests), isNegated);
  }
  if (option === "--ctdir") return negated(inReply, isNegated !== (value === "ORIGINAL"));
  return option === "--ctstatus" || option === "--ctexpire" ? { kind: "sometimes" } : undefined;
});

const mark = (kind: "mark" | "connection-mark"): Module =>
  each(({ values: [text = ""], isNegated }) => {
    const [value, mask] = text.split("/").map(Number);
    const bits = mask ?? 0xffffffff;
    if (![value, bits].every((number) => number !== undefined && number >= 0 && number <= 0xffffffff)) return undefined;
    if (value === undefined) return undefined;
    return known({ kind, mask: bits, value, isNegated });
  });

/** Of whatever becomes too much only above a bound. */
const bounded =
  (above: RegExp): Module =>
  (asked) => [{ kind: asked.some(({ option, isNegated }) => above.test(option) !== isNegated) ? "rarely" : "usually" }];

const modules: Readonly<Record<string, Module>> = {
  tcp: ofPorts,
  udp: ofPorts,
  sctp: ofPorts,
  udplite: ofPorts,
  dccp: ofPorts,
  multiport: ofPorts,
  icmp: icmp("ipv4"),
  icmp6: icmp("ipv6"),
  ttl: hops("ipv4"),
  hl: hops("ipv6"),
  conntrack: states,
  state: states,
  mark: mark("mark"),
  connmark: mark("connection-mark"),
  hashlimit: bounded(/-above$/),
  connlimit: bounded(/-above$/),
  // Who comes for the first time is only noted.
  recent: (asked) => [{ kind: asked.some(({ option }) => option === "--set") ? "always" : "rarely" }],
  iprange: each(({ option, values: [value = ""], isNegated }, { families }) => {
    const end = option === "--src-range" ? "source" : option === "--dst-range" ? "destination" : undefined;
    const test = end && addressTest(end, [value], families);
    return test && negated(test, isNegated);
  }),
  addrtype: (asked) => {
    const limit = asked.find(({ option }) => option.startsWith("--limit-iface"));
    const side = limit && (limit.option.endsWith("in") ? "in" : "out");
    const tests = asked
      .filter((part) => part !== limit)
      .map(({ option, values: [value = ""], isNegated }): Test | undefined => {
        const types = value.toLowerCase().split(",");
        const own = localityTypes.filter((type) => types.includes(type));
        if (own.length !== types.length) return undefined;
        const end = option === "--src-type" ? "source" : "destination";
        return known({ kind: "locality", end, ...(side && { side }), types: own, isNegated });
      });
    return tests.every((test) => test !== undefined) ? tests : undefined;
  },
  owner: each(({ option, values: [value = ""], isNegated }) => {
    const field = option === "--uid-owner" ? "user" : option === "--gid-owner" ? "group" : undefined;
    if (option === "--socket-exists")
      return negated(known({ kind: "owner", field: "user", ids: [], isNegated: true }), isNegated);
    return field && /^\d+$/.test(value) ? known({ kind: "owner", field, ids: [Number(value)], isNegated }) : undefined;
  }),
  set: (asked, { sets }) => {
    const [first, ...more] = asked.filter(({ option }) => option !== "--return-nomatch");
    const [name = "", ends = ""] = first?.values ?? [];
    if (first?.option !== "--match-set" || more.length > 0) return undefined;
    return [negated(testOfSet(name, ends, sets), first.isNegated)];
  },
  rpfilter: (asked) => {
    const has = (option: string): boolean => asked.some((part) => part.option === option);
    // Loosely, any way back will do.
    const missing: Test = { kind: has("--loose") ? "rarely" : "no-way-back" };
    return [negated(missing, !has("--invert"))];
  },
  policy: (asked) => [{ kind: asked.some(({ values: [value] }) => value === "none") ? "usually" : "rarely" }],
};

/** `80`, `80:90`, `80,443,8000:8080`; `:90` begins with the lowest. */
function spansOf(text: string, highest: number): readonly Span[] | undefined {
  const spans = text.split(",").map((part) => {
    const [first = "", last = first] = part.split(":");
    return { first: first === "" ? 0 : Number(first), last: last === "" ? highest : Number(last) };
  });
  const isWhole = spans.every(({ first, last }) => first <= last && last <= highest);
  return isWhole ? joined(spans) : undefined;
}

/** Sorted, and none over another. */
function joined(spans: readonly Span[]): readonly Span[] {
  const found: { first: number; last: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.first - b.first)) {
    const before = found.at(-1);
    if (before && span.first <= before.last) before.last = Math.max(before.last, span.last);
    else found.push({ ...span });
  }
  return found;
}
