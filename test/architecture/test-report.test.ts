import { expect, test } from "vitest";
import { closingLine, countTests, type VitestReport, verdict } from "../../scripts/test-report.ts";

const report = (numbers: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...numbers,
});
const line = (tests: VitestReport | undefined, exit: number | null, ...gates: boolean[]) => {
  const result = verdict(tests && countTests(tests), exit, gates);
  return [closingLine(result), result.ok];
};

test("all is well", () => {
  expect(line(report({ numPassedTests: 5 }), 0, true, true, true)).toEqual(["8 passed, 0 failed", true]);
});

test("a failed test", () => {
  expect(line(report({ numPassedTests: 5, numFailedTests: 2 }), 1, true)).toEqual(["6 passed, 2 failed", false]);
});

test("a failed gate fails a run whose tests all pass", () => {
  expect(line(report({ numPassedTests: 5 }), 0, true, false)).toEqual(["6 passed, 1 failed", false]);
});

test("skipped and planned tests are named and fail", () => {
  expect(line(report({ numPassedTests: 5, numPendingTests: 1, numTodoTests: 1 }), 0)).toEqual([
    "5 passed, 0 failed, 2 skipped",
    false,
  ]);
});

test("a file that did not load is a failure, one with a failed test is not counted twice", () => {
  const unloaded = { name: "a", status: "failed", assertionResults: [] };
  const failing = { name: "b", status: "failed", assertionResults: [{ status: "failed" }, { status: "passed" }] };
  const tests = report({ numPassedTests: 1, numFailedTests: 1, testResults: [unloaded, failing] });
  expect(line(tests, 1)).toEqual(["1 passed, 2 failed", false]);
});

test.each([
  ["no report", undefined, 0],
  ["a report of nothing", report({}), 0],
  ["an exit code that no test explains", report({ numPassedTests: 3 }), 1],
  ["a run that was killed", report({ numPassedTests: 3 }), null],
])("%s is a failure", (_, tests, exit) => {
  expect(line(tests, exit)).toEqual([`${tests?.numPassedTests ?? 0} passed, 1 failed`, false]);
});
