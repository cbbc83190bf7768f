import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { builtIns } from "../../src/ir/built-ins.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import { accept, drop, type Rule, stages } from "../../src/ir/ruleset.ts";
import { examples, planned as planText, policies } from "./support/policies.ts";
import { samplesOf } from "./support/samples.ts";

describe.each(policies)("$name", (planned) => {
  const { origins, plan } = planned;
  const rulesets = [...plan.states, plan.lockdown];

  test.each(rulesets)("$state: stages are in order, each with one verdict, none about two things", ({ rules }) => {
    const order = rules.map((rule) => stages.indexOf(rule.stage));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const stage of stages) {
      const verdicts = new Set(rules.filter((rule) => rule.stage === stage).map(kindOf));
      expect([...verdicts], stage).toHaveLength(rules.some((rule) => rule.stage === stage) ? 1 : 0);
    }
  });

  test.each(rulesets)("$state: ends closed in every direction and for ARP", ({ rules }) => {
    const last = (direction: Rule["direction"], family?: "arp") =>
      rules.findLast((rule) => rule.direction === direction && (rule.match.family === "arp") === (family === "arp"));
    for (const direction of ["out", "in", "forward"] as const) {
      expect(last(direction)).toMatchObject({ stage: "closed", match: {} });
      expect(Object.keys(last(direction)?.match ?? { no: "rule" })).toEqual([]);
      expect(last(direction)?.verdict.kind).not.toBe("accept");
    }
    for (const direction of ["out", "in"] as const) {
      expect(last(direction, "arp")).toMatchObject({ stage: "closed", match: { family: "arp" }, verdict: drop });
      expect(Object.keys(last(direction, "arp")?.match ?? {})).toEqual(["family"]);
    }
  });

  test.each(rulesets)("$state: a refusing rule has no replies, every rule comes from somewhere", ({ rules }) => {
    for (const rule of rules) {
      if (rule.verdict.kind !== "accept") expect(rule.replies, rule.stage).toBe(false);
      expect(origins.statements.has(rule.from) || rule.from in builtIns, rule.from).toBe(true);
    }
  });

  test("no match holds an empty set", () => {
    for (const { match } of rulesets.flatMap((r) => r.rules)) {
      const sets = [
        match.source?.set,
        match.destination?.set,
        match.sourceLocality,
        match.destinationLocality,
        match.owner,
      ];
      for (const set of sets) expect(set?.length).not.toBe(0);
      const zones = [match.inInterface, match.outInterface].flatMap((i) => (i?.kind === "one-of" ? [i.zones] : []));
      for (const list of zones) expect(list.length).toBeGreaterThan(0);
    }
  });

  test("lockdown asks for literals alone", () => {
    for (const { match, verdict } of plan.lockdown.rules) {
      expect(match.sourceLocality ?? match.destinationLocality ?? match.related).toBeUndefined();
      expect(verdict.kind).not.toBe("reject");
      const zones = [match.inInterface, match.outInterface].flatMap((i) => (i && "zones" in i ? i.zones : []));
      expect(zones.map((zone) => zone.protocol)).toEqual(zones.map(() => undefined));
    }
  });
});

const kindOf = ({ verdict }: Rule): string => (verdict.kind === accept.kind ? "accept" : "refuse");

describe("closing", () => {
  const verdictOf = (state: string, protocol: number) => {
    const [home] = examples;
    const ruleset = home && [...home.plan.states, home.plan.lockdown].find((r) => r.state === state);
    const packet =
      home &&
      samplesOf(home).find(
        ({ direction, family, payload }) => direction === "out" && family === "ipv4" && payload.protocol === protocol,
      );
    if (!ruleset || !packet) throw new Error("no packet");
    const { rule } = evaluate(ruleset, {
      ...packet,
      outInterface: { name: "eth0" },
      sourceLocality: "local",
      destination: 0x08080808n,
      payload: { protocol, destinationPort: 443, sourcePort: 40000 },
      owner: { mark: 0 },
      connection: "new",
    });
    return [rule.stage, rule.verdict];
  };
  test("tells the programs of this machine, with a reset for TCP; at boot nobody", () => {
    expect(verdictOf("down", 6)).toEqual(["closed", { kind: "reject", with: "tcp-reset" }]);
    expect(verdictOf("down", 17)).toEqual(["closed", { kind: "reject", with: "port-unreachable" }]);
    expect(verdictOf("lockdown", 6)).toEqual(["closed", drop]);
  });
});

/** Statements of a policy text, each with its block. */
function statementsOf(text: string): { readonly head: string; readonly statements: readonly string[] } {
  const lines = text.trimEnd().split("\n");
  const statements: string[] = [];
  let depth = 0;
  for (const line of lines.slice(2)) {
    if (depth === 0) statements.push(line);
    else statements.push(`${statements.pop()}\n${line}`);
    depth += line.endsWith("{") ? 1 : line === "}" ? -1 : 0;
  }
  return { head: lines.slice(0, 2).join("\n"), statements: statements.filter((s) => s.trim() !== "") };
}

describe.each(policies)("$name", ({ name, text, plan }) => {
  test("the order of statements means nothing", () => {
    const { head, statements } = statementsOf(text);
    expect(statements.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(fc.shuffledSubarray([...statements], { minLength: statements.length }), (shuffled) => {
        expect(planText(name, `${[head, ...shuffled].join("\n")}\n`).plan).toEqual(plan);
      }),
      { numRuns: 20 },
    );
  });
});
