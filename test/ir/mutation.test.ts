import { describe, expect, test } from "vitest";
import { evaluate, matches } from "../../src/ir/evaluate.ts";
import { ruleText } from "../../src/ir/rule-text.ts";
import type { Match, Rule, Ruleset } from "../../src/ir/ruleset.ts";
import { Intent } from "./support/intent.ts";
import { decidedBy, without } from "./support/mutations.ts";
import { examples, inEveryState, type Planned, policies } from "./support/policies.ts";
import { samplesOf } from "./support/samples.ts";

/** What a rule is, wherever it stands: `tunnel-only out`. */
const kindOf = ({ stage, direction, match }: Rule): string =>
  `${stage} ${direction}${match.family === "arp" ? " arp" : ""}`;

/** Whether some sampled packet tells a ruleset without the rule from what the policy says. */
function removals(planned: Planned): readonly { readonly rule: Rule; readonly isNoticed: boolean }[] {
  return inEveryState(planned).flatMap(({ state, ruleset }) => {
    const intent = new Intent(planned.policy, state);
    return [...decidedBy(ruleset, samplesOf(planned))].map(([rule, packets]) => {
      const rest = without(ruleset, rule);
      const isNoticed = packets.some((p) => !isDecided(rest, p) || passes(rest, p) !== intent.passes(p));
      return { rule, isNoticed };
    });
  });
}

const passes = (ruleset: Ruleset, p: Parameters<typeof evaluate>[1]): boolean =>
  evaluate(ruleset, p).verdict.kind === "accept";
const isDecided = ({ rules }: Ruleset, p: Parameters<typeof evaluate>[1]): boolean =>
  rules.some((rule) => rule.direction === p.direction && matches(rule.match, p));

const removed = policies.map((planned) => ({ planned, outcome: removals(planned) }));

/** Openings that open nothing here: kept, because nothing but taste is at stake. */
const idle: Readonly<Record<string, readonly string[]>> = {
  /** It carries 0.0.0.0/0, so no IPv4 error is believed outside; it has no IPv6 address, so none arrives inside. */
  "ipv6-only-nat64": [
    "exemption in not on loopback, wg0 icmp destination-unreachable, time-exceeded, parameter-problem about a tracked flow",
    "tunnel in on wg0 icmpv6 destination-unreachable, packet-too-big, time-exceeded, parameter-problem about a tracked flow",
  ],
};

describe.each(removed)("$planned.name: removing one rule", ({ planned, outcome }) => {
  test("is noticed where it opens something", () => {
    const unnoticed = outcome.filter(({ rule, isNoticed }) => rule.verdict.kind === "accept" && !isNoticed);
    /** In an open tunnel a probe is one packet among others. */
    const unexpected = unnoticed
      .filter(({ rule }) => rule.stage !== "probe")
      .map(({ rule }) => `${rule.stage} ${ruleText(rule)}`);
    expect(new Set(unexpected)).toEqual(new Set(idle[planned.name] ?? []));
  });
  test("of every probe is noticed before its tunnel is open", () => {
    const probes = outcome.filter(({ rule }) => rule.stage === "probe");
    for (const { rule } of probes)
      expect(
        probes.some((other) => other.isNoticed && ruleText(other.rule) === ruleText(rule)),
        ruleText(rule),
      ).toBe(true);
  });
});

test("removing a refusing rule of any kind is noticed in some policy", () => {
  const refusing = removed.flatMap(({ outcome }) => outcome.filter(({ rule }) => rule.verdict.kind !== "accept"));
  const kinds = (all: typeof refusing) => new Set(all.map(({ rule }) => kindOf(rule)));
  const noticed = kinds(refusing.filter(({ isNoticed }) => isNoticed));
  expect([...kinds(refusing)].filter((kind) => !noticed.has(kind)).sort()).toEqual([
    /** Nothing opens forwarding yet. */
    "deny-list forward",
    "dns-deny forward",
    "tunnel-only forward",
  ]);
  expect(noticed).toEqual(
    new Set([
      "loopback-deny out",
      "anti-spoof out",
      "anti-spoof in",
      "deny-list out",
      "deny-list in",
      "app out",
      "dns-deny out",
      "tunnel-only out",
      "tunnel-only in",
      "closed out",
      "closed in",
      "closed forward",
      "closed out arp",
      "closed in arp",
    ]),
  );
});

/** Every rule that opens, with one part of its match left out. */
function* widened(rule: Rule): Generator<{ readonly field: keyof Match; readonly wide: Rule }> {
  const { family, inInterface, outInterface, source, destination, ...rest } = rule.match;
  const parts = { family, inInterface, outInterface, source, destination, ...rest };
  for (const field of Object.keys(rule.match) as (keyof Match)[]) {
    const kept = Object.fromEntries(Object.entries(parts).filter(([key, v]) => key !== field && v !== undefined));
    yield { field, wide: { ...rule, match: kept } };
  }
}

/** A widening that lets nothing more through: the rest of the rule, or another one, says the same. */
const same: Readonly<Record<string, readonly string[]>> = {
  /** No tunnel of it has an address to hide. */
  "openvpn-eight-servers": [
    "source: infrastructure out arp from 0.0.0.0/0",
    "destination: infrastructure in arp to 0.0.0.0/0",
  ],
  "ipv6-only-nat64": [
    "inInterface: exemption in not on loopback, wg0 icmpv6 destination-unreachable, packet-too-big, time-exceeded, parameter-problem about a tracked flow",
    "related: exemption in not on loopback, wg0 icmp destination-unreachable, time-exceeded, parameter-problem about a tracked flow",
    "inInterface: tunnel in on wg0 icmpv6 destination-unreachable, packet-too-big, time-exceeded, parameter-problem about a tracked flow",
    "related: tunnel in on wg0 icmpv6 destination-unreachable, packet-too-big, time-exceeded, parameter-problem about a tracked flow",
    "destination: tunnel out ipv4 on wg0 to 0.0.0.0/0",
  ],
};

describe.each(examples)("$name", (planned) => {
  test("leaving one part of an opening out lets something through that the policy does not", () => {
    const open = new Set<string>();
    const noticed = new Set<string>();
    for (const { state, ruleset } of inEveryState(planned)) {
      const intent = new Intent(planned.policy, state);
      const refused = samplesOf(planned).filter((p) => !intent.passes(p));
      for (const rule of ruleset.rules) {
        if (rule.verdict.kind !== "accept") continue;
        for (const { field, wide } of widened(rule)) {
          const key = `${field}: ${rule.stage} ${ruleText(rule)}`;
          open.add(key);
          if (noticed.has(key)) continue;
          const wider = { ...ruleset, rules: ruleset.rules.map((r) => (r === rule ? wide : r)) };
          const isNew = (p: (typeof refused)[number]) =>
            p.direction === rule.direction && matches(wide.match, p) && passes(wider, p);
          if (refused.some(isNew)) noticed.add(key);
        }
      }
    }
    /** The family is often said twice: by addresses, too. */
    const unnoticed = [...open].filter((key) => !noticed.has(key) && !key.startsWith("family: "));
    expect(new Set(unnoticed)).toEqual(new Set(same[planned.name] ?? []));
    expect(noticed.size).toBeGreaterThan(20);
  });
});
