import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { format } from "../../src/index.ts";
import { examples, goldenFolder, goldenOf } from "./golden.ts";

const committed = (): readonly string[] =>
  readdirSync(goldenFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(goldenFolder.length + 1))
    .sort();

test.each(examples())("$name is formatted", ({ text, name }) => {
  expect(format({ file: `${name}.ksp`, text }).text).toBe(text);
});

describe("golden files", () => {
  const wanted = new Map(examples().flatMap((example) => [...goldenOf(example)]));

  test("every example has its files, and every file its example", () => {
    expect(committed()).toEqual([...wanted.keys()].sort());
  });

  test.each([...wanted])("%s", (path, text) => {
    expect(text).toBe(readFileSync(join(goldenFolder, path), "utf8"));
  });

  test("hold no version, time, machine or line number", () => {
    const version = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
    const ownDays = /\b20\d\d-\d\d-\d\d\b/g; // of a statement's `until`
    const said = new Set(examples().flatMap(({ text }) => text.match(ownDays) ?? []));
    for (const [path, full] of wanted) {
      const text = full.replaceAll(ownDays, (day) => (said.has(day) ? "" : day));
      expect(text, path).not.toContain(version);
      expect(text, path).not.toMatch(/\b20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d|\/home\/|\/tmp\/|\.ksp:\d|line \d/);
    }
  });
});
