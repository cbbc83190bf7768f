import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { type Packet, reverse } from "../../src/ir/packet.ts";
import type { Rule, Ruleset } from "../../src/ir/ruleset.ts";
import { accepted, openings } from "../../src/proof/accepted.ts";
import { answersTo } from "../../src/proof/answers.ts";
import { changesBetween } from "../../src/proof/changes.ts";
import { filled } from "../../src/proof/filled.ts";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { contains } from "../../src/proof/packet-values.ts";
import { possible } from "../../src/proof/possible.ts";
import { loopback, merged, ownerFields, vocabularyOf } from "../../src/proof/vocabulary.ts";
import { packets, rulesets } from "./arbitrary.ts";
import { policyNamed } from "./policies.ts";

const passes = (ruleset: Ruleset, packet: Packet): boolean => evaluate(ruleset, packet).verdict.kind === "accept";

/** Every line is true of its witness, in each of its states. */
function expectTrue(pairs: Parameters<typeof changesBetween>[0], changes: ReturnType<typeof changesBetween>): void {
  for (const side of ["opened", "closed"] as const)
    for (const { states, witness } of changes[side])
      for (const state of states) {
        const pair = pairs.find((one) => one.state === state);
        if (!pair) throw new Error(`no state ${state}`);
        expect([passes(pair.before, witness), passes(pair.after, witness)]).toEqual(
          side === "opened" ? [false, true] : [true, false],
        );
      }
}

const edited: fc.Arbitrary<readonly [Ruleset, Ruleset]> = fc
  .tuple(rulesets, rulesets, fc.nat(), fc.constantFrom("drop", "turn", "swap", "repeat", "mix"))
  .map(([before, other, at, edit]) => {
    const { rules } = before;
    const i = at % rules.length;
    const rule = rules[i] as Rule;
    const after: Record<typeof edit, readonly Rule[]> = {
      drop: rule.stage === "closed" ? rules : rules.toSpliced(i, 1),
      turn: rules.with(i, { ...rule, verdict: { kind: rule.verdict.kind === "accept" ? "drop" : "accept" } }),
      swap: i === 0 || rule.stage === "closed" ? rules : rules.toSpliced(i - 1, 2, rule, rules[i - 1] as Rule),
      repeat: rules.toSpliced(i, 0, rule),
      mix: [...rules.slice(0, i), ...other.rules],
    };
    return [before, { ...before, rules: after[edit] }] as const;
  });

test("random rulesets: no change exactly when the same packets pass, and every witness is one", () => {
  const seen = { same: 0, opened: 0, closed: 0 };
  fc.assert(
    fc.property(edited, ([before, after]) => {
      const pairs = [{ state: "some", before, after }];
      const changes = changesBetween(pairs);
      const space = new PacketSpace(merged(loopback, vocabularyOf([before, after])));
      const [a, b] = [before, after].map((one) => accepted(one, space).intersect(possible(space)));
      expect(changes.opened.length === 0).toBe(a && b?.isSubsetOf(a));
      expect(changes.closed.length === 0).toBe(b && a?.isSubsetOf(b));
      expectTrue(pairs, changes);
      seen.opened += changes.opened.length;
      seen.closed += changes.closed.length;
      if (changes.opened.length + changes.closed.length === 0) seen.same++;
    }),
    { numRuns: 200 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
});

test("answers to a set are those that the evaluator takes for answers", () => {
  const free = [...ownerFields, "mark", "connection", "routedName", "routedKind"];
  let found = 0;
  fc.assert(
    fc.property(rulesets, fc.array(packets, { minLength: 20, maxLength: 20 }), (ruleset, list) => {
      const space = new PacketSpace(vocabularyOf([ruleset]));
      const set = openings(ruleset, space);
      const answers = answersTo(set, space);
      for (const packet of list) {
        const answer: Packet = { ...reverse(packet), connection: "established-reply" };
        if (contains(set, packet, space)) {
          expect(contains(answers, answer, space)).toBe(true);
          found++;
        }
        const arrived = packet.direction === "in" ? ["outName", "outKind"] : [];
        if (contains(answers, answer, space))
          expect(contains(set.exists(...free, ...arrived), packet, space)).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
  expect(found).toBeGreaterThan(200);
});

describe("of a plan", () => {
  const { plan } = policyNamed("home-wireguard");
  const rulesetsNow = [...plan.states, plan.lockdown].map(filled);
  const against = (change: (rules: readonly Rule[]) => readonly Rule[]) => {
    const pairs = rulesetsNow.map((before) => ({
      state: before.state,
      before,
      after: { ...before, rules: change(before.rules) },
    }));
    const changes = changesBetween(pairs);
    expectTrue(pairs, changes);
    return changes;
  };
  const said = (lines: ReturnType<typeof changesBetween>["opened"]) =>
    lines.map(({ states, packets: words }) => `${states.join()}: ${words}`);
  const opening = [
    ...new Map(rulesetsNow.flatMap(({ rules }) => rules).map((rule) => [key(rule), rule])).values(),
  ].filter(({ verdict }) => verdict.kind === "accept");

  test("itself, in any order of its stages, changes nothing", () => {
    const stages = (rules: readonly Rule[]) =>
      [...Map.groupBy(rules, ({ stage }) => stage)].flatMap(([stage, group]) =>
        stage === "closed" ? group : group.toReversed(),
      );
    expect(against((rules) => rules)).toEqual({ opened: [], closed: [] });
    expect(against(stages)).toEqual({ opened: [], closed: [] });
  });

  test("an opening that is left out closes, and nothing else", () => {
    let noticed = 0;
    for (const rule of opening) {
      const { opened, closed } = against((rules) => rules.filter((other) => key(other) !== key(rule)));
      expect(opened).toEqual([]);
      if (closed.length > 0) noticed++;
    }
    expect(noticed).toBe(opening.length);
  });

  test("an opening without its ports or its owner opens, in the fewest words", () => {
    const wider = (from: string, field: "transport" | "owner") =>
      against((rules) =>
        rules.map((rule) => {
          if (!rule.from.startsWith(from) || rule.stage !== "endpoint") return rule;
          const { [field]: _, ...match } = rule.match;
          return { ...rule, match };
        }),
      );
    expect(said(wider("tunnel", "owner").opened)).toEqual([
      "down,up,lockdown: out on not lo, wg0 to 198.51.100.7 udp 51820 not mark 0x6b73/0xffff",
    ]);
    expect(wider("tunnel", "owner").closed).toEqual([]);
    expect(said(wider("tunnel", "transport").opened)).toEqual([
      "down,up,lockdown: out on not lo, wg0 to 198.51.100.7 not udp mark 0x6b73/0xffff",
      "down,up,lockdown: out on not lo, wg0 to 198.51.100.7 to port not 51820 mark 0x6b73/0xffff",
    ]);
  });
});

function key({ stage, direction, match, from }: Rule): string {
  return JSON.stringify([stage, direction, match, from], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
}
