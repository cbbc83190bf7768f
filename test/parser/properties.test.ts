import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { parse, parsePacket } from "../../src/parser/parse.ts";
import { print, printPacket, printStatement } from "../../src/parser/printer.ts";
import { file, packet, statement } from "./arbitrary.ts";
import { statement as parseStatement, samples, tree, withoutSpans } from "./samples.ts";

describe("any tree", () => {
  test("is read back from its text, every optional part and comment included", () => {
    fc.assert(
      fc.property(file, (each) => {
        expect(withoutSpans(tree(print(each)))).toEqual(withoutSpans(each));
      }),
      { numRuns: 1000 },
    );
  });
  test("prints to a fixed point", () => {
    fc.assert(
      fc.property(file, (each) => {
        const text = print(each);
        expect(print(tree(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
  test("a statement alone is read back, but for comments", () => {
    const bare = (value: unknown) =>
      JSON.parse(
        JSON.stringify(withoutSpans(value), (key, inner) =>
          ["trivia", "comments", "end", "behind"].includes(key) ? undefined : inner,
        ),
      );
    fc.assert(
      fc.property(statement, (each) => {
        expect(bare(parseStatement(printStatement(each)))).toEqual(bare(each));
      }),
      { numRuns: 500 },
    );
  });
  test("a packet alone is read back", () => {
    fc.assert(
      fc.property(packet, (each) => {
        const text = printPacket(each);
        const { packet: read } = parsePacket(text);
        expect(read && printPacket(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

/** What holds for every answer: spans inside the text, sorted, few, one a line; a file or a fault, never both. */
function sound(text: string): readonly Diagnostic[] {
  const { file: read, diagnostics } = parse({ file: "home.ksp", text });
  expect(read === undefined).toBe(diagnostics.length > 0);
  expect(diagnostics.length).toBeLessThanOrEqual(20);
  let last = -1;
  for (const { primary, secondary, help, message } of diagnostics) {
    expect(message).not.toMatch(/undefined|NaN/);
    expect(primary?.text).toBeTruthy();
    for (const { start, end } of [primary, ...secondary, ...(help?.edits ?? [])].map(
      (each) => each?.span ?? { start: -1, end: -1 },
    )) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual(text.length);
    }
    expect(primary?.span.start).toBeGreaterThan(last);
    last = primary?.span.start ?? last;
  }
  return diagnostics;
}

describe("any text", () => {
  test("of any characters gets an answer", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ unit: "grapheme" }), (a, b) => {
        sound(a);
        sound(`ksp 1\npolicy a\n${b}\n${a}`);
        const { packet: read, diagnostics } = parsePacket(a);
        expect(read === undefined).toBe(diagnostics.length > 0);
      }),
      { numRuns: 500 },
    );
  });
  test("of the language's own words gets an answer", () => {
    const words = samples.flatMap(({ text }) => text.split(/(\s+|[{},:=/])/));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words, "\n", '"', "'", "{", "}", "->", ","), { maxLength: 60 }),
        (list) => {
          sound(list.join(""));
          sound(`ksp 1\npolicy a\n${list.join(" ")}`);
        },
      ),
      { numRuns: 1000 },
    );
  });
  test("one word lost, doubled or swapped in a sample gets an answer, with few messages", () => {
    const change = fc.tuple(fc.nat(samples.length - 1), fc.nat(), fc.constantFrom("lose", "double", "swap", "cut"));
    fc.assert(
      fc.property(change, ([index, place, how]) => {
        const parts = (samples[index]?.text ?? "").split(/(\s+|[{},:=/])/).filter((part) => part !== "");
        const at = place % parts.length;
        const part = parts[at] ?? "";
        const other = parts[(at + 2) % parts.length] ?? "";
        const replaced = { lose: [], double: [part, part], swap: [other], cut: [part.slice(1)] }[how];
        const found = sound(parts.toSpliced(at, 1, ...replaced).join(""));
        expect(found.length, JSON.stringify(found, undefined, 1)).toBeLessThanOrEqual(2);
      }),
      { numRuns: 2000 },
    );
  });
});
