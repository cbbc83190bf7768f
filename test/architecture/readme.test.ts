import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderJson } from "../../src/diagnostics/render-json.ts";
import { report } from "../../src/diagnostics/report.ts";
import { check, compile, format } from "../../src/index.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const block = (language: string): string => {
  const found = [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1]);
  expect(found).toHaveLength(1);
  return found[0] ?? "";
};

test("the policy is a good one, and formatted", () => {
  const source = { file: "home.ksp", text: block("ksp") };
  expect(check(source).diagnostics).toEqual([]);
  expect(format(source).text).toBe(source.text);
});

test("the rules are what the policy compiles to", () => {
  const { files } = compile({ file: "home.ksp", text: block("ksp") }, { targets: ["nft"] });
  const compiled = files?.get("nft/ruleset.nft")?.split("\n") ?? [];
  const shown = block("nft").split("\n");
  expect(shown.filter((line) => line.trim() !== "…" && !compiled.includes(line))).toEqual([]);
  expect(shown.length).toBeGreaterThan(10);
});

test("the JSON is what a misspelt word gives", () => {
  const source = { file: "home.ksp", text: block("ksp").replace("tunnel wg0", "tunel wg0") };
  expect(renderJson(report(check(source).diagnostics, [source]))).toEqual(JSON.parse(block("json")));
});

test("every command that is shown exists", () => {
  const cli = readFileSync(new URL("../../src/cli.ts", import.meta.url), "utf8");
  const named = new Set([...readme.matchAll(/`ksp ([a-z]+)/g)].map((match) => match[1]));
  expect([...named].toSorted()).toEqual(
    [...cli.matchAll(/\.command\("([a-z]+)"\)/g)].map((match) => match[1]).toSorted(),
  );
});

test("every script that is shown exists", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const named = [...readme.matchAll(/npm run ([a-z-]+)/g)].map((match) => match[1] ?? "");
  expect(named).toContain("demo");
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
