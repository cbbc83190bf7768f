import { localityTypes } from "../readers/nft/program.ts";
import { stateTest } from "./connection-states.ts";
import { portTest } from "./frames.ts";
import { testOfSet } from "./ipset.ts";
import { hops, icmp, ofPorts } from "./iptables-headers.ts";
import { each, type Module } from "./iptables-module.ts";
import { addressTest, type Context } from "./iptables-tests.ts";
import { argumentsOf } from "./iptables-words.ts";
import type { Test } from "./rules.ts";
import { either, frameTest, inReply, known, negated } from "./test-forms.ts";

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
  statistic: "sometimes",
  quota: "sometimes",
  time: "sometimes",
  length: "sometimes",
  connbytes: "sometimes",
  helper: "sometimes",
  realm: "sometimes",
};

const states: Module = each(({ option, values: [value = ""], isNegated }) => {
  if (option === "--ctstate" || option === "--state") {
    const tests = value.split(",").map((word): Test => {
      if (word === "DNAT") return known({ kind: "translated", end: "destination" });
      return word === "SNAT" ? { kind: "sometimes" } : stateTest([word.toLowerCase()]);
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
  recent: (asked) => {
    const way = asked.find(({ option }) => ["--set", "--rcheck", "--update", "--remove"].includes(option));
    if (way?.option === "--set") return [{ kind: way.isNegated ? "never" : "always" }];
    return way && [{ kind: way.isNegated ? "usually" : "rarely" }];
  },
  pkttype: each(({ values: [value = ""], isNegated }) => {
    const test = frameTest(value);
    return test && negated(test, isNegated);
  }),
  physdev: each(({ option, values: [name], isNegated }) => {
    if (name === undefined) return { kind: "sometimes" };
    if (option !== "--physdev-in" && option !== "--physdev-out") return undefined;
    return portTest(name, isNegated);
  }),
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
        const end = option === "--src-type" ? "source" : "destination";
        const of = (types: readonly (typeof localityTypes)[number][], not: boolean): Test =>
          known({ kind: "locality", end, ...(side && { side }), types, isNegated: not });
        const words = value.toLowerCase().split(",");
        const own = localityTypes.filter((type) => words.includes(type));
        // Of the others, which routes make, no ordinary packet has one.
        return negated(
          either([
            ...(own.length > 0 ? [of(own, false)] : []),
            ...(words.includes("unicast") ? [of(localityTypes, true)] : []),
            ...(words.some((word) => word !== "unicast" && !own.some((type) => type === word))
              ? [{ kind: "rarely" } as const]
              : []),
          ]),
          isNegated,
        );
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
    const missing: Test = has("--loose") ? { kind: "rarely" } : { kind: "no-way-back", byMark: has("--validmark") };
    return [negated(missing, !has("--invert"))];
  },
  policy: (asked) => [{ kind: asked.some(({ values: [value] }) => value === "none") ? "usually" : "rarely" }],
};
