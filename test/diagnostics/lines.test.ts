import fc from "fast-check";
import { expect, test } from "vitest";
import { Lines } from "../../src/diagnostics/lines.ts";

test.each([
  [0, 1, 1],
  [2, 1, 3],
  [3, 2, 1],
  [4, 3, 1],
  [6, 3, 3],
])("offset %i of a text with an empty line", (offset, line, column) => {
  expect(new Lines("ab\n\ncd").position(offset)).toEqual({ line, column });
});

test("the end of a text that ends in a line end is a new line", () => {
  expect(new Lines("ab\n").position(3)).toEqual({ line: 2, column: 1 });
});

test("offsets outside are taken as the nearer end", () => {
  const lines = new Lines("ab\nc");
  expect(lines.position(99)).toEqual({ line: 2, column: 2 });
  expect(lines.position(-1)).toEqual({ line: 1, column: 1 });
});

test("a line has neither LF nor CRLF", () => {
  const lines = new Lines("ab\r\ncd\n");
  expect([1, 2, 3].map((line) => lines.line(line))).toEqual(["ab", "cd", ""]);
});

test("columns count UTF-16 units", () => {
  expect(new Lines("😀x").position(2)).toEqual({ line: 1, column: 3 });
});

test("binary search agrees with counting line ends", () => {
  const text = fc.array(fc.constantFrom("a", "\n", "\r\n", "é")).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.nat(60), (text, offset) => {
      const before = text.slice(0, offset);
      const expected = { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
      expect(new Lines(text).position(offset)).toEqual(expected);
    }),
  );
});
