import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { check } from "../../src/check.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import { describe as words } from "../../src/ir/packet.ts";
import { ruleText } from "../../src/ir/rule-text.ts";
import { closesOnLoss } from "../../src/proof/properties/closes-on-loss.ts";
import { properties } from "../../src/proof/properties/index.ts";
import { prove } from "../../src/proof/prove.ts";
import { good } from "../commands/ksp.ts";
import { type Planned, policies, policyNamed, statesOf } from "./policies.ts";

const proofOf = (planned: Planned, change: (rules: Rules) => Rules = (rules) => rules) => {
  const states = statesOf(planned).map((one) => ({
    ...one,
    ruleset: { ...one.ruleset, rules: change(one.ruleset.rules) },
  }));
  return prove(planned.policy, planned.plan, states);
};
type Rules = ReturnType<typeof statesOf>[number]["ruleset"]["rules"];

test.each(policies())("$name: what passes is what its statements say, and every property holds", (planned) => {
  const { violations, holds } = proofOf(planned);
  expect(violations.map((v) => `${v.kind} ${v.ruleset.state}: ${words(v.packet)}`)).toEqual([]);
  expect(holds).toHaveLength(properties.length + 1);
});

test("a tunnel with very many servers is proved like any other", () => {
  const servers = Array.from({ length: 200 }, (_, i) => `  server 203.0.113.${i} udp 51820\n`).join("");
  const { diagnostics, proofs } = check({ file: "a.ksp", text: good.replace(/.*server.*\n/, servers) });
  expect(diagnostics).toEqual([]);
  expect(proofs).toHaveLength(properties.length + 1);
});

const tried = ["home-wireguard", "gateway", "work-and-private", "docker-k8s"].map(policyNamed);
const dropped = tried.flatMap((planned) => {
  const rules = new Map(planned.plan.states.flatMap((ruleset) => ruleset.rules).map((rule) => [key(rule), rule]));
  return [...rules].map(([text, rule]) => ({
    title: `${planned.name}: ${rule.stage} ${ruleText(rule)}`,
    rule,
    isMissed: () => proofOf(planned, (all) => all.filter((other) => key(other) !== text)).violations.length > 0,
  }));
});
const opening = dropped.filter(({ rule }) => rule.verdict.kind === "accept");
const refusing = dropped.filter(({ rule }) => rule.verdict.kind !== "accept" && rule.stage !== "closed");

test.each(opening)("missed: $title", ({ isMissed }) => {
  expect(isMissed()).toBe(true);
});

/** Every opening with one part of its match left out: the same set of packets, or a packet that the policy does not let pass. */
describe.each(["home-wireguard", "gateway"].map(policyNamed))("$name: an opening without", (planned) => {
  const openings = planned.plan.states.flatMap(({ rules }) => rules.filter(({ verdict }) => verdict.kind === "accept"));
  const parts = new Map(
    openings.flatMap((rule) =>
      Object.keys(rule.match).map((field) => [`${key(rule)} ${field}`, { rule, field }] as const),
    ),
  );
  const outcomes = [...parts.values()].map(({ rule, field }) => {
    const { [field as keyof typeof rule.match]: _, ...match } = rule.match;
    const widen: Parameters<typeof proofOf>[1] = (all) =>
      all.map((other) => (key(other) === key(rule) ? { ...other, match } : other));
    const [violation] = proofOf(planned, widen).violations;
    return { field, violation };
  });
  test.each([...new Set(outcomes.map(({ field }) => field))])("%s is noticed, and a packet shows it", (field) => {
    const noticed = outcomes.filter((one) => one.field === field).flatMap(({ violation }) => violation ?? []);
    /** The family is said twice, by addresses too. */
    if (field !== "family") expect(noticed.length).toBeGreaterThan(0);
    for (const { ruleset, packet } of noticed) expect(evaluate(ruleset, packet).verdict.kind).toBe("accept");
  });
});

test.each(["portal", "dns-inside"])("a portal that does not close by itself is noticed: %s", (stage) => {
  const forEver: Parameters<typeof proofOf>[1] = (rules) =>
    rules.map(({ expiresAfter, ...rule }) => (rule.stage !== stage && expiresAfter ? { ...rule, expiresAfter } : rule));
  const [violation] = proofOf(policyNamed("travel-captive-portal"), forEver).violations;
  expect(violation).toMatchObject({ kind: "plan", passes: true });
});

/** A refusal may stand in front of nothing in one policy; in some other it does not. */
test("a refusal of every kind is missed somewhere", () => {
  const kindOf = ({ rule }: (typeof refusing)[number]) => `${rule.stage} ${rule.direction}`;
  const kinds = [...new Set(refusing.map(kindOf))];
  const unmissed = kinds.filter((kind) => !refusing.some((one) => kindOf(one) === kind && one.isMissed()));
  expect(unmissed).toEqual([]);
});

function key({ stage, direction, match, verdict }: Rules[number]): string {
  const big = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);
  return `${stage} ${direction} ${verdict.kind} ${JSON.stringify(match, big)}`;
}

describe("the intent shares nothing with the planner", () => {
  const root = fileURLToPath(new URL("../../src/", import.meta.url));
  const sources = (folder: string) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file));
  const importsOf = (file: string) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/^import (type )?.* from "(.*)";$/gm)].map(
      ([, type, path = ""]) => ({ isType: type !== undefined, path }),
    );

  test.each(sources("proof/intent"))("%s takes only types from ir", (file) => {
    const values = importsOf(file).filter(({ isType, path }) => !isType && path.includes("/ir/"));
    expect(values).toEqual([]);
  });

  test.each([...sources("ir"), ...sources("ir/stages")])("%s takes nothing from proof", (file) => {
    expect(importsOf(file).filter(({ path }) => path.includes("proof"))).toEqual([]);
  });

  test("every property has a file, a test and a page of its name", () => {
    const files = sources("proof/properties").map((file) => basename(file, ".ts"));
    for (const { code } of [...properties, closesOnLoss]) {
      const page = readFileSync(new URL(`../../docs/diagnostics/${code}.md`, import.meta.url), "utf8");
      const name = page.split("\n")[0]?.split(": ")[1] ?? "";
      expect(files).toContain(name);
      expect(readdirSync(new URL("properties", import.meta.url))).toContain(`${name}.test.ts`);
    }
  });
});
