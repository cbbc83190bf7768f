import { expect, test } from "vitest";
import { project } from "../../bench/policies.ts";
import { emitted } from "../../bench/rules.ts";
import { check, type Load } from "../../src/index.ts";

/** Milliseconds of a check that must be clean. */
function time(statements: number): number {
  const { policy: text, fragments } = project(statements, 20);
  const load: Load = (path) => ({ file: path, text: fragments.get(path) ?? "" });
  const start = performance.now();
  const { policy, file, diagnostics } = check({ file: "home.ksp", text }, { load });
  const milliseconds = performance.now() - start;
  expect(diagnostics).toEqual([]);
  expect(file?.statements.length).toBeGreaterThan(statements);
  expect(policy?.denies.length).toBeGreaterThan(statements / 3);
  return milliseconds;
}

/** About three seconds (docs/benchmarks.md); the limit leaves room for a very busy machine. */
test("5,000 statements in 20 fragments are checked in a few seconds", () => {
  time(200);
  expect(time(5_000)).toBeLessThan(25_000);
}, 60_000);

test("the policy whose rules are measured compiles, also with the longest list", () => {
  expect(emitted(100_000).ruleset.length).toBeGreaterThan(1_000_000);
}, 60_000);
