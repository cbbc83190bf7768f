import { readFileSync } from "node:fs";
import { createToken, type IProduction, Lexer, NonTerminal, Terminal } from "chevrotain";
import { describe, expect, test } from "vitest";
import { artefacts, stale } from "../../scripts/generate.ts";
import { production } from "../../scripts/grammar/ebnf.ts";
import { rules as syntaxes } from "../../scripts/grammar/syntax.ts";
import { Grammar } from "../../src/parser/grammar.ts";
import { lex } from "../../src/parser/lexer.ts";
import { grammarTokens, keywords, lexerTokens } from "../../src/parser/tokens.ts";
import { walk } from "../../src/parser/walk.ts";
import { samples } from "./samples.ts";

const grammar = new Grammar({ validate: true });
const rules = Object.values(grammar.getGAstProductions());

/** All productions below one, without following rules. */
const below = (production: IProduction): readonly IProduction[] => [
  production,
  ...("definition" in production && Array.isArray(production.definition) && !(production instanceof NonTerminal)
    ? production.definition.flatMap(below)
    : []),
];
const terminals = rules.flatMap((rule) =>
  rule.definition
    .flatMap(below)
    .flatMap((each) => (each instanceof Terminal ? [{ rule: rule.name, terminal: each }] : [])),
);

test("chevrotain finds no fault in the grammar, such as an ambiguity: production skips this check", () => {
  expect(() => new Grammar({ validate: true })).not.toThrow();
});

test("chevrotain finds no fault in the tokens: production skips this check", () => {
  const lexer = new Lexer([...lexerTokens], {
    positionTracking: "onlyOffset",
    ensureOptimizations: true,
    skipValidations: false,
  });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
});

test("every token type is used by the grammar", () => {
  const used = new Set(terminals.map(({ terminal }) => terminal.terminalType));
  const inCategories = grammarTokens.filter((type) => (type.CATEGORIES ?? []).some((category) => used.has(category)));
  const unused = grammarTokens.filter((type) => !used.has(type) && !inCategories.includes(type));
  expect(unused.map(({ name }) => name)).toEqual([]);
  // Systems and levels are used through their category; being a name is no use of a keyword.
  const namesOnly = keywords.filter((type) => !used.has(type)).map(({ PATTERN }) => String(PATTERN));
  expect(namesOnly.toSorted()).toEqual(["any", "disabled", "down", "linux", "lockdown", "macos", "up", "windows"]);
});

describe("every place for a token in the grammar", () => {
  const nothing = createToken({ name: "NOTHING", pattern: Lexer.NA });
  const inputs = samples.toSorted((a, b) => b.text.length - a.text.length).map(({ text }) => lex(text).tokens);
  const follows = (tokens: (typeof inputs)[number]) => {
    const { index, expected } = walk(grammar, "file", tokens);
    return index === tokens.length && expected.end;
  };

  test("all samples follow it", () => {
    expect(inputs.every(follows)).toBe(true);
  });
  test("is needed by a sample", () => {
    const unneeded = terminals.filter(({ terminal }) => {
      const { terminalType } = terminal;
      terminal.terminalType = nothing;
      const needed = inputs.some((tokens) => !follows(tokens));
      terminal.terminalType = terminalType;
      return !needed;
    });
    expect(unneeded.map(({ rule, terminal }) => `${rule}: ${terminal.label ?? terminal.terminalType.name}`)).toEqual(
      [],
    );
  });
});

test("the comment above every rule is what the rule says", () => {
  const source = readFileSync(new URL("../../src/parser/grammar.ts", import.meta.url), "utf8");
  const above = new Map(
    [...source.matchAll(/((?:^ *\/\/ .*\n)+) *readonly \w+ = this\.RULE\("(\w+)"/gm)].map(
      ([, comment = "", name = ""]) => [name, comment.replaceAll(/^ *\/\/ /gm, "")],
    ),
  );
  const plain = (text: string) => text.replace(/\s+/g, " ").trim();
  for (const rule of rules) {
    const [name, syntax] = [...syntaxes][rules.indexOf(rule)] ?? [];
    if (name === undefined || syntax === undefined) throw new Error(`no syntax of ${rule.name}`);
    expect(plain(above.get(rule.name) ?? "missing"), rule.name).toBe(plain(production(name, syntax)));
  }
});

test("generated files are fresh", () => {
  expect(stale().map(({ path }) => path)).toEqual([]);
  expect(artefacts.length).toBeGreaterThan(0);
});
