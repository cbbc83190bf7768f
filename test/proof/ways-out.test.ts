import { expect, test } from "vitest";
import { proof } from "../../src/diagnostics/catalogue/proof.ts";
import type { Rule } from "../../src/ir/ruleset.ts";
import { prove } from "../../src/prove.ts";
import { home } from "../checks/helper.ts";
import { planned } from "../ir/support/policies.ts";

const { policy, origins, plan } = planned("home", home({ more: "allow out to 203.0.113.7 tcp 443" }));
/** What is told of a plan whose rules were changed behind its back. */
const told = (change: (rule: Rule) => readonly Rule[]) =>
  prove(policy, origins, {
    ...plan,
    states: plan.states.map((ruleset) => ({ ...ruleset, rules: ruleset.rules.flatMap(change) })),
  }).diagnostics;

test("a broken claim proposes a way out for the statement that decides", () => {
  const widened = told((rule) => {
    const { destination: _, ...match } = rule.match;
    return [rule.from.startsWith("allow-") ? { ...rule, match } : rule];
  });
  const found = widened.filter(({ code }) => code === "KSP3001");
  expect(found).toMatchObject([
    { primary: { text: "lets it pass" }, help: { text: "name a narrower destination, or send it `through` a tunnel" } },
  ]);
  expect(found[0]?.primary?.span).toEqual(origins.statements.get(policy.allows[0]?.id ?? "")?.span);
});

test("where no statement decides it is a bug, and says so", () => {
  const opened = told((rule) => [rule.stage === "closed" ? { ...rule, verdict: { kind: "accept" } } : rule]);
  const claims = opened.filter(({ code }) => code === "KSP3001");
  expect(claims.map(({ help }) => help?.text)).toEqual([
    "no statement decides about it, so it is a bug in ksp: report it with the policy",
  ]);
});

test("no claim is without one", () => {
  const { KSP3090: _, KSP3099: __, ...claims } = proof;
  for (const [code, { help }] of Object.entries(claims)) expect(help, code).toMatch(/^[a-z].*[a-z`]$/);
});
