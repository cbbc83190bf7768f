import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rulesetsOf } from "../../src/ir/plan.ts";
import { drop, type Stage, stages } from "../../src/ir/ruleset.ts";
import { allPolicies } from "../emitters/policies.ts";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/states.md", root), "utf8");
/** Heading → text, of the parts below one chapter. */
const parts = (chapter: string): ReadonlyMap<string, string> =>
  new Map(
    (page.split(`\n## ${chapter}\n`)[1]?.split("\n## ")[0] ?? "")
      .split(/^### /m)
      .slice(1)
      .map((part) => [part.split("\n")[0] ?? "", part.split("\n").slice(1).join("\n").trim()]),
  );

const explained = parts("The stages");
const rules = allPolicies.flatMap(({ plan }) => rulesetsOf(plan)).flatMap((ruleset) => ruleset.rules);

test("every stage has its paragraph, in their order", () => {
  expect([...explained.keys()]).toEqual(stages);
});

describe.each(stages)("stage %s", (stage: Stage) => {
  const text = explained.get(stage) ?? "";
  test("is explained, and has its file", () => {
    expect(text.length).toBeGreaterThan(50);
    expect(existsSync(new URL(`src/ir/stages/${stage}.ts`, root))).toBe(true);
  });
  test("opens or refuses, as the page says", () => {
    const verdicts = new Set(rules.filter((rule) => rule.stage === stage).map(({ verdict }) => verdict.kind));
    if (text.startsWith("Opens.")) expect([...verdicts]).toEqual(["accept"]);
    else {
      expect(text).toMatch(/^Refuses/);
      expect(verdicts.has("accept")).toBe(false);
      expect(verdicts.has(drop.kind)).toBe(true);
    }
  });
});

test("every kind of state has its section", () => {
  expect([...parts("The states").keys()]).toEqual([
    "lockdown",
    "down",
    "hop",
    "up",
    "portal",
    "disabled",
    "Several chains",
  ]);
  const kinds = new Set(
    allPolicies
      .flatMap(({ plan }) => rulesetsOf(plan))
      .flatMap(({ state }) => state.split("+").map((each) => each.replace(/^.*:/, "").replace(/\d+$/, ""))),
  );
  expect([...kinds].filter((kind) => !parts("The states").has(kind))).toEqual([]);
});

test("the tables show every state of their policy, and packets of both fates", () => {
  const tables = page.split("<!-- packets of ").slice(1);
  expect(tables.length).toBe(3);
  for (const table of tables) {
    expect(table).toMatch(/\| packet \| lockdown \|/);
    expect(table).toContain("**passes**");
    expect(table).toContain("| no, ");
  }
});

test("the code points to the page", () => {
  for (const file of ["ruleset", "states", "stages/rule"]) {
    expect(readFileSync(new URL(`src/ir/${file}.ts`, root), "utf8"), file).toContain("docs/states.md");
  }
});
