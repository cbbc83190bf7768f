import fc from "fast-check";
import { expect, test } from "vitest";
import { byHand } from "../../scripts/grammar/ebnf.ts";
import { matchLineEnd, matchText } from "../../src/parser/token-patterns.ts";

/** Texts of the characters that matter to the two patterns. */
const text = fc.string({ unit: fc.constantFrom(...' \t#\r\n"\\a'), maxLength: 14 });

const sticky = (expression: RegExp, input: string, start: number): string | undefined => {
  const copy = new RegExp(expression.source, "y");
  copy.lastIndex = start;
  return copy.exec(input)?.[0];
};

test.each([
  ["NL", matchLineEnd],
  ["STRING", matchText],
])("%s: the loop matches what the expression of the grammar matches", (name, match) => {
  const expression = byHand[name] ?? /missing/;
  let matched = 0;
  fc.assert(
    fc.property(text, fc.nat(3), (input, at) => {
      const start = Math.min(at, Math.max(0, input.length - 1));
      // The lexer asks for a text at a quote only.
      if (name === "STRING" && input[start] !== '"') return;
      const expected = sticky(expression, input, start);
      if (expected !== undefined) matched++;
      expect(match(input, start)?.[0]).toBe(expected);
    }),
    { numRuns: 5000 },
  );
  expect(matched).toBeGreaterThan(20);
});
