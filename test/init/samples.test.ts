import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isError } from "../../src/diagnostics/diagnostic.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { report } from "../../src/diagnostics/report.ts";
import { check, format } from "../../src/index.ts";
import { answered, golden, run, said, samples } from "./samples.ts";

const errors = (text: string) => check({ file: "policy.ksp", text }).diagnostics.filter(isError);

test("the samples come to all three ends", () => {
  const made = samples.map(run);
  expect(made.filter(({ text, diagnostics }) => text !== undefined && diagnostics.length === 0).length).toBeGreaterThan(
    9,
  );
  expect(made.filter(({ text, diagnostics }) => text !== undefined && diagnostics.length > 0).length).toBeGreaterThan(
    3,
  );
  expect(made.filter(({ text }) => text === undefined).length).toBeGreaterThan(8);
});

describe.each(samples.map((sample) => [sample.name, sample] as const))("%s", (name, sample) => {
  const made = run(sample);

  test("says what it said before", async () => {
    await expect(said(made)).toMatchFileSnapshot(golden(sample, "said.txt"));
    if (made.text !== undefined) await expect(made.text).toMatchFileSnapshot(golden(sample, "policy.ksp"));
    else expect(existsSync(golden(sample, "policy.ksp"))).toBe(false);
  });

  test("is refused with a place, asked, or imported", () => {
    expect(made.text === undefined).toBe(name.startsWith("refused-"));
    expect(made.diagnostics.some(isError)).toBe(made.text === undefined);
    if (made.text === undefined) {
      expect(made.diagnostics.filter(({ primary }) => !primary)).toEqual([]);
      return;
    }
    expect(format({ file: "policy.ksp", text: made.text })).toEqual({ text: made.text, diagnostics: [] });
    expect(errors(made.text).length > 0).toBe(made.diagnostics.length > 0);
  });

  test("compiles as soon as every question is answered", () => {
    if (made.text === undefined || made.diagnostics.some(({ code }) => code === "KSP5024")) return;
    expect(errors(answered(made.text))).toEqual([]);
  });

  test("shows no secret", () => {
    expect(sample.sources.some(({ text }) => text.includes("SECRET")) || name.endsWith("nothing")).toBe(true);
    const all = report(made.diagnostics, made.shown);
    expect(JSON.stringify(made) + said(made) + renderText(all, { colour: false })).not.toContain("SECRET");
  });
});
