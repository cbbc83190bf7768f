import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../src/check.ts";
import { diagnostic } from "../src/diagnostics/diagnostic.ts";
import { applyEdits } from "../src/diagnostics/edits.ts";
import type { Source } from "../src/diagnostics/span.ts";
import { fix } from "../src/fix.ts";
import { home } from "./checks/helper.ts";

const repair = (text: string) => fix({ file: "home.ksp", text });
const diagnose = (text: string) => check({ file: "home.ksp", text }).diagnostics;
const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);

test("a good policy stays as it is", () => {
  expect(repair(home())).toEqual({ text: home(), fixed: [], diagnostics: [] });
});

test("a fault and what it hid are fixed, one after the other", () => {
  const { text, fixed, diagnostics } = repair(home({ watch: "" }).replace("tunnel wg0", "tunel wg0"));
  expect(fixed).toEqual([
    { code: "KSP1002", message: "unknown statement `tunel`", help: "a similar word exists" },
    { code: "KSP2019", message: "tunnel `wg0` has no `watch`", help: "watch it" },
  ]);
  expect(diagnostics).toEqual([]);
  expect(diagnose(text)).toEqual([]);
});

test("what has no fix is left, with its place in the fixed text", () => {
  const { text, fixed, diagnostics } = repair(home({ watch: "", more: "allow out to 0.0.0.0/0" }));
  expect(codes(fixed)).toEqual(["KSP2019"]);
  expect(codes(diagnostics)).toEqual(["KSP2034"]);
  expect(diagnostics).toEqual(diagnose(text));
});

test("a fix that leads to another fault is not applied", () => {
  const text = home({ dns: "dns 10.64.0.1 through wg0\ndns 10.64.0.1 through wg1" });
  const [fault] = diagnose(text);
  expect(codes(diagnose(applyEdits(text, fault?.help?.edits ?? []).text))).toEqual(["KSP2010"]);
  expect(repair(text)).toEqual({ text, fixed: [], diagnostics: diagnose(text) });
});

test("a fix that does not help, or whose edits overlap, is not applied", () => {
  const stubborn = (source: Source, ...spans: readonly (readonly [number, number])[]) => {
    const edits = spans.map(([start, end]) => ({ span: { file: source.file, start, end }, text: "x" }));
    return { diagnostics: [diagnostic("KSP1017", {}, { help: { text: "write it", edits } })] };
  };
  for (const spans of [
    [[0, 0]],
    [
      [0, 2],
      [1, 3],
    ],
  ] as const) {
    const { text, fixed } = fix({ file: "home.ksp", text: "abc" }, (source) =>
      spans.length > 1 && source.text !== "abc" ? { diagnostics: [] } : stubborn(source, ...spans),
    );
    expect({ text, fixed }).toEqual({ text: "abc", fixed: [] });
  }
});

test("what a warning proposes is left to people", () => {
  const text = home({ more: 'allow out to 203.0.113.7 tcp 443 through wg0 reason "kept"' });
  expect(diagnose(text)[0]?.help?.edits).toHaveLength(1);
  expect(repair(text)).toEqual({ text, fixed: [], diagnostics: diagnose(text) });
});

test("of two faults, one is fixed where the other cannot be", () => {
  const text = home({
    dns: "dns 10.64.0.1 through wg0\ndns 10.64.0.1 through wg1",
    more: "allow out to 203.0.113.7 through wg",
  });
  const { fixed, diagnostics } = repair(text);
  expect(fixed.map(({ message }) => message)).toEqual(["no tunnel is named `wg`"]);
  expect(diagnostics.map(({ message }) => message)).toEqual(["no tunnel is named `wg1`"]);
});

test("comments and line ends around a fix stay", () => {
  const text = home({ more: "# kept\r\nalow lan # this too\r\n" });
  const fixed = repair(text);
  expect(fixed.text).toBe(text.replace("alow", "allow"));
});

const folder = new URL("../examples/", import.meta.url);
const policies = [home(), ...readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"))];

describe("of any spoilt policy", () => {
  const spoilt = fc
    .tuple(
      fc.constantFrom(...policies),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom("drop", "swap", "cut", "twice")), { maxLength: 3 }),
    )
    .map(([text, changes]) => changes.reduce((now, [at, how]) => spoil(now, at, how), text));

  test("fixing twice changes nothing more, and no fault is new", () => {
    let repaired = 0;
    fc.assert(
      fc.property(spoilt, (text) => {
        const once = repair(text);
        expect(repair(once.text)).toEqual({ ...once, fixed: [] });
        expect(once.diagnostics).toEqual(diagnose(once.text));
        expect(once.text === text).toBe(once.fixed.length === 0);
        repaired += once.fixed.length;
      }),
      { numRuns: 60 },
    );
    expect(repaired).toBeGreaterThan(5);
  });
});

function spoil(text: string, at: number, how: string): string {
  const lines = text.split("\n");
  const index = at % lines.length;
  const line = lines[index] ?? "";
  const letter = at % Math.max(1, line.length);
  switch (how) {
    case "drop":
      return lines.toSpliced(index, 1).join("\n");
    case "twice":
      return lines.toSpliced(index, 0, line).join("\n");
    case "cut":
      return lines.with(index, line.slice(0, letter) + line.slice(letter + 1)).join("\n");
    default:
      return lines
        .with(index, line.slice(0, letter) + (line[letter + 1] ?? "") + (line[letter] ?? "") + line.slice(letter + 2))
        .join("\n");
  }
}
