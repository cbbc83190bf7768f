import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../../scripts/grammar/syntax.ts";
import { keywords } from "../../src/parser/tokens.ts";

const page = readFileSync(new URL("../../grammar/railroad.html", import.meta.url), "utf8");
const all = (expression: RegExp): readonly string[] => [...page.matchAll(expression)].map(([, found]) => found ?? "");

test("the page needs no network and runs nothing", () => {
  expect(page).not.toMatch(/https?:|<script|<link|<img|@import|url\(|\bon\w+=/i);
});

test("every rule has a drawing, and every link leads to one", () => {
  const drawn = all(/<h2 id="(\w+)">/g);
  expect(drawn.slice(0, rules.size)).toEqual([...rules.keys()]);
  expect(all(/<svg [^>]*aria-label="(\w+)"/g)).toEqual(drawn);
  expect(all(/href="#([^"]*)"/g).filter((target) => !drawn.includes(target))).toEqual([]);
});

test("every keyword stands in a round box", () => {
  const boxes = new Set(all(/<rect class="word"[^>]*\/><text [^>]*>([a-z0-9-]+)<\/text>/g));
  expect([...boxes].toSorted()).toEqual(keywords.map(({ PATTERN }) => String(PATTERN)).toSorted());
});

test("every box lies inside its drawing", () => {
  const drawings = [...page.matchAll(/<svg width="(\d+)" height="(\d+)"[^>]*>(.*?)<\/svg>/g)];
  expect(drawings.length).toBeGreaterThan(rules.size);
  for (const [, width, height, body = ""] of drawings) {
    const boxes = [...body.matchAll(/<rect[^>]* x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)];
    expect(boxes.length).toBeGreaterThan(0);
    for (const [, x, y, w, h] of boxes) {
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(Number(width));
      expect(Number(y) + Number(h)).toBeLessThanOrEqual(Number(height));
    }
  }
});
