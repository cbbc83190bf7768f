import { expect, test } from "vitest";
import { type Diagnostic, diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { report, summary } from "../../src/diagnostics/report.ts";

const sources = [
  { file: "b.ksp", text: "x".repeat(100) },
  { file: "a.ksp", text: "x".repeat(100) },
];
const error = (file: string, start: number): Diagnostic =>
  diagnostic("KSP1002", { word: `${file}${start}` }, { at: { file, start, end: start + 1 } });
const warning = (start: number): Diagnostic => ({ ...error("b.ksp", start), severity: "warning" });
const words = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ message }) => message.split("`")[1]);

test("diagnostics stand by position, files in the order they were given", () => {
  const found = report([error("a.ksp", 1), error("b.ksp", 7), error("b.ksp", 3)], sources);
  expect(words(found.diagnostics)).toEqual(["b.ksp3", "b.ksp7", "a.ksp1"]);
});

test("a fault without a place comes first", () => {
  const nowhere = diagnostic("KSP5001", { file: "nowhere", reason: "gone" });
  expect(words(report([error("b.ksp", 1), nowhere], sources).diagnostics)).toEqual(["nowhere", "b.ksp1"]);
});

test("of many, twenty are shown, errors first, still by position", () => {
  const warnings = Array.from({ length: 25 }, (_, i) => warning(i));
  const found = report([...warnings, error("b.ksp", 50), error("a.ksp", 1)], sources);
  expect(found.shown).toHaveLength(20);
  expect(words(found.shown).slice(-3)).toEqual(["b.ksp17", "b.ksp50", "a.ksp1"]);
  expect(found.diagnostics).toHaveLength(27);
  expect(summary(found)).toEqual(["… and 7 more", "2 errors, 25 warnings"]);
});

test("one is said in the singular and none not at all", () => {
  expect(summary(report([error("b.ksp", 1)], sources))).toEqual(["1 error"]);
  expect(summary(report([warning(1), warning(2)], sources))).toEqual(["2 warnings"]);
});

test("of two at one place, the shorter comes first, then the lower code", () => {
  const wide = diagnostic("KSP1002", { word: "wide" }, { at: { file: "b.ksp", start: 1, end: 9 } });
  const high = diagnostic("KSP2001", { kind: "tunnel", name: "high" }, { at: { file: "b.ksp", start: 1, end: 2 } });
  expect(words(report([wide, high, error("b.ksp", 1)], sources).diagnostics)).toEqual(["b.ksp1", "high", "wide"]);
});
