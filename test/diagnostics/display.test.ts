import { expect, test } from "vitest";
import { shown, visible, width } from "../../src/diagnostics/display.ts";

test.each([
  ["plain ascii ~", "plain ascii ~"],
  ["\u001b[31mred", "␛[31mred"],
  ["a\u202eb", "a\ufffdb"],
  ["a\u200bb", "a\ufffdb"],
  ["\u007f", "␡"],
  ["line\nline", "line␊line"],
  ["ünï", "ünï"],
])("%j is printed as %j", (text, expected) => {
  expect(visible(text)).toBe(expected);
});

test("tabs are four columns in a frame", () => {
  expect(shown("\tx")).toBe("    x");
});

test.each([
  ["abc", 3],
  ["ünï", 3],
  ["u\u0308", 1],
  ["\u0308", 0],
  ["日本", 4],
  ["한", 2],
  ["😀", 2],
  ["（）", 4],
  ["", 0],
])("%j is %i columns wide", (text, columns) => {
  expect(width(text)).toBe(columns);
});
