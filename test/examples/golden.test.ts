import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examples, goldenFolder, goldenOf } from "./golden.ts";

const committed = (): readonly string[] =>
  readdirSync(goldenFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(goldenFolder.length + 1))
    .sort();

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
    for (const [path, text] of wanted) {
      expect(text, path).not.toContain(version);
      expect(text, path).not.toMatch(/\b20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d|\/home\/|\/tmp\/|\.ksp:\d|line \d/);
    }
  });
});
