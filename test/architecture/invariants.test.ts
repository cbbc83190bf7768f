import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const section =
  readFileSync(new URL("ARCHITECTURE.md", root), "utf8").split("## Invariants\n")[1]?.split("\n## ")[0] ?? "";
const invariants = section.split(/^(?=\d+\. )/m).filter((text) => /^\d/.test(text));

describe("every invariant", () => {
  test("is listed in order", () => {
    expect(invariants.map((text) => Number.parseInt(text, 10))).toEqual(invariants.map((_, i) => i + 1));
    expect(invariants.length).toBeGreaterThan(10);
  });

  test.each(invariants)("names what holds it: %s", (text) => {
    const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? "");
    expect(named.length > 0 || text.includes("the same two")).toBe(true);
    for (const path of named) expect(existsSync(new URL(path, root)), path).toBe(true);
  });
});
