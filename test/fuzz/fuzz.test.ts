import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rules, type Syntax } from "../../scripts/grammar/syntax.ts";
import { lex } from "../../src/parser/lexer.ts";
import { keywords, NL } from "../../src/parser/tokens.ts";
import { program } from "./programs.ts";
import { randomOf } from "./random.ts";
import { kinds, trial } from "./trials.ts";

const runs = 100;

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("programs: %s", (kind) => {
  test("are read or refused, and nothing else happens", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { fault, text } = trial(kind, seed);
        expect(fault, text).toBeUndefined();
      }),
      { numRuns: runs },
    );
  });
});

test.each(["mixture", "question", "configuration", "spoilt configuration"] as const)(
  "%s: answers and refusals are both frequent",
  { timeout: 120_000 },
  (kind) => {
    const tried = runs / 2;
    const answered = Array.from({ length: tried }, (_, seed) => trial(kind, seed)).filter((each) => each.isAnswered);
    expect(answered.length).toBeGreaterThan(tried / 20);
    expect(answered.length).toBeLessThan((tried * 19) / 20);
  },
);

test("programs of the grammar use every keyword, every kind of token, and comments everywhere", () => {
  const programs = Array.from({ length: 5 * runs }, (_, seed) => program(randomOf(seed)));
  const seen = new Set(programs.flatMap(({ text }) => lex(text).tokens.map(({ tokenType }) => tokenType)));
  const named = (syntax: Syntax): readonly string[] =>
    syntax.kind === "token"
      ? [syntax.type.name]
      : "part" in syntax
        ? named(syntax.part)
        : "parts" in syntax
          ? syntax.parts.flatMap(named)
          : [];
  const types = [...seen].flatMap((type) => [type, ...(type.CATEGORIES ?? [])]).map(({ name }) => name);
  expect(keywords.filter((keyword) => !seen.has(keyword)).map(({ PATTERN }) => PATTERN)).toEqual([]);
  expect([...rules.values()].flatMap(named).filter((name) => !types.includes(name))).toEqual([]);
  expect(seen.has(NL)).toBe(true);
  const broken = programs.filter(({ text }) => /(,|->)[ \t]*#/.test(text));
  expect(broken.length).toBeGreaterThan(runs / 10);
  expect(new Set(programs.map(({ text }) => text)).size).toBeGreaterThan(4 * runs);
});
