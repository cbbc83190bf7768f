import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayOverlap, prune, splitFamilies } from "../../src/emitters/linux/overlap.ts";
import { matches } from "../../src/ir/evaluate.ts";
import { type Packet, describe as words } from "../../src/ir/packet.ts";
import type { Rule } from "../../src/ir/ruleset.ts";
import { packetsOf } from "./packets.ts";
import { allPolicies } from "./policies.ts";

/** Rules of all policies in every mix: pruning knows nothing of how a planner orders them. */
const rules = allPolicies.flatMap(({ plan }) =>
  [...plan.states, plan.lockdown].flatMap((ruleset) => ruleset.rules.filter(({ match }) => match.family !== "arp")),
);
/** A chain is reached by an interface, and does not ask for it again. */
const inChain = ({ match: { inInterface: _, outInterface: __, ...match }, ...rule }: Rule): Rule => ({
  ...rule,
  match,
});
const some = fc.array(fc.constantFrom(...rules.map(inChain)), { maxLength: 12, size: "max" });
const packet = fc.oneof(...allPolicies.map(({ plan }) => packetsOf(plan))).filter(({ family }) => family !== "arp");

/** Falling off the end refuses. */
const isAccepted = (of: readonly Rule[], p: Packet): boolean =>
  of.find((rule) => matches(rule.match, p))?.verdict.kind === "accept";

describe("leaving out what decides nothing", () => {
  test("keeps what passes", () => {
    fc.assert(
      fc.property(some, packet, (all, p) => {
        expect(isAccepted(prune(all), p), words(p)).toBe(isAccepted(all, p));
      }),
      { seed: 5, numRuns: 5_000 },
    );
  });

  test("ends in an accepting rule, and has nothing more to leave out", () => {
    let shorter = 0;
    fc.assert(
      fc.property(some, (all) => {
        const left = prune(all);
        if (left.filter(isAccepting).length < all.filter(isAccepting).length) shorter += 1;
        expect(left.at(-1)?.verdict.kind ?? "accept").toBe("accept");
        expect(prune(left)).toEqual(left);
      }),
    );
    expect(shorter).toBeGreaterThan(0);
  });

  test("keeps an acceptance that a refusal behind it would take, or that lasts longer than the later one", () => {
    const [accept] = rules.filter(isAccepting);
    if (!accept) throw new Error("no rule accepts");
    const narrow: Rule = {
      ...accept,
      match: { family: "ipv4", transport: { kind: "tcp", destinationPorts: [{ first: 22, last: 22 }] } },
    };
    const wide: Rule = { ...accept, match: { family: "ipv4" } };
    const refusal: Rule = { ...accept, verdict: { kind: "drop" }, match: { transport: { kind: "tcp" } } };
    expect(prune([narrow, wide])).toEqual([wide]);
    expect(prune([narrow, refusal, wide])).toEqual([narrow, refusal, wide]);
    expect(prune([narrow, { ...wide, expiresAfter: 1_000 }])).toHaveLength(2);
    expect(prune([narrow, { ...wide, match: { family: "ipv6" } }])).toHaveLength(2);
    expect(prune([wide, narrow])).toEqual([wide, narrow]);
  });
});

const isAccepting = ({ verdict }: Rule): boolean => verdict.kind === "accept";

test("matches that have a packet in common may overlap", () => {
  const pair = fc.constantFrom(...rules);
  fc.assert(
    fc.property(pair, pair, packet, ({ match: a }, { match: b }, p) => {
      if (matches(a, p) && matches(b, p)) expect(mayOverlap(a, b) && mayOverlap(b, a)).toBe(true);
    }),
    { seed: 6, numRuns: 20_000 },
  );
});

test("a rule by families matches what the rule matches", () => {
  fc.assert(
    fc.property(fc.constantFrom(...rules), packet, (rule, p) => {
      const parts = splitFamilies(rule);
      expect(parts.some(({ match }) => matches(match, p))).toBe(matches(rule.match, p));
      for (const { match } of parts) {
        const spoken = [match.source, match.destination].flatMap((address) => address?.set.map((r) => r.family) ?? []);
        expect(new Set(spoken).size).toBeLessThanOrEqual(1);
      }
    }),
    { seed: 7, numRuns: 3_000 },
  );
});
