import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { align, heading } from "../../src/emitters/linux/layout.ts";
import type { Line } from "../../src/emitters/linux/line.ts";

/** `kind:text` words. */
const line = (text: string): Line =>
  text.split(" | ").map((word) => {
    const [kind = "", content = ""] = word.split(":");
    return { kind, text: content };
  });
const aligned = (...lines: readonly string[]): readonly string[] => align(lines.map(line));

describe("align", () => {
  test.each([
    ["one line", ["ip:ip | verdict:accept"], ["ip accept"]],
    ["columns", ["ip:ip | v:accept", "ip:ip6 | v:accept"], ["ip  accept", "ip6 accept"]],
    ["only neighbours", ["a:x", "b:xxx | v:y", "a:xx"], ["x", "xxx y", "xx"]],
    ["not across other kinds", ["a:x | v:1", "b:xxx | v:2"], ["x 1", "xxx 2"]],
    ["no wide gaps", ["a:x | v:1", `a:${"x".repeat(26)} | v:2`], ["x 1", `${"x".repeat(26)} 2`]],
    ["no blank at the end", ["a:x | v:y", "a:x | v:yyy"], ["x y", "x yyy"]],
    ["nothing", [], []],
  ] as const)("%s", (_, lines, wanted) => {
    expect(aligned(...lines)).toEqual(wanted);
  });

  test("changes blanks alone", () => {
    const piece = fc.record({ kind: fc.constantFrom("a", "b"), text: fc.stringMatching(/^[a-z]{1,30}$/) });
    fc.assert(
      fc.property(fc.array(fc.array(piece, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (lines) => {
        const words = lines.map((pieces) => pieces.map(({ text }) => text));
        expect(align(lines).map((text) => text.split(/ +/))).toEqual(words);
      }),
    );
  });
});

test("headings end in one column", () => {
  expect(heading("down")).toMatch(/^# ---- down -+$/);
  expect(heading("down")).toHaveLength(heading("tunnel wg0, the same in all states").length);
  expect(heading("x".repeat(200))).toContain("x".repeat(200));
});
