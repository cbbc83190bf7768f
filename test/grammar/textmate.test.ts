import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lex } from "../../src/parser/lexer.ts";
import * as t from "../../src/parser/tokens.ts";
import { colour, type TextmateGrammar } from "./line-matcher.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const grammar: TextmateGrammar = JSON.parse(read("grammar/ksp.tmLanguage.json"));
const examples = readdirSync(new URL("../../examples/", import.meta.url)).filter((file) => file.endsWith(".ksp"));

/** The scope of every offset of a text. */
function scopes(text: string): readonly (string | undefined)[] {
  const found = new Array<string | undefined>(text.length);
  let start = 0;
  for (const line of text.split("\n")) {
    for (const piece of colour(grammar, line)) found.fill(piece.scope, start + piece.start, start + piece.end);
    start += line.length + 1;
  }
  return found;
}

/** What the lexer says that a token is, as the beginning of a scope. */
function expected({ name, PATTERN, CATEGORIES = [] }: (typeof t.grammarTokens)[number]): RegExp {
  if (name === "STRING") return /^string\.quoted\.double\./;
  if (name === "RAW") return /^string\.quoted\.single\./;
  if (name === "LIST") return /^variable\.other\.list\./;
  if (name === "PARAM") return /^variable\.parameter\./;
  if (["PREFIX", "RANGE", "ADDRESS"].includes(name)) return /^constant\.numeric\.address\./;
  if (["DURATION", "NUMBER", "INTEGER", "PORTS"].includes(name)) return /^constant\.numeric\./;
  if (name === "DATE" || name === "CODE") return /^constant\.other\./;
  if (["EQUALS", "ARROW"].includes(name)) return /^keyword\.operator\./;
  if (t.punctuation.some(({ PATTERN: other }) => other === PATTERN)) return /^punctuation\./;
  if (CATEGORIES.includes(t.LEVEL)) return /^(constant\.language|keyword|entity\.name)\./;
  // A keyword is a name where one belongs; a name that no keyword announces has no colour.
  return name === "NAME" ? /^(entity\.name|variable)\.|^$/ : /^(keyword|entity\.name|variable)\./;
}

describe.each(examples)("%s", (file) => {
  const text = read(`examples/${file}`);
  const coloured = scopes(text);
  const { tokens } = lex(text);

  test("every token has one colour, that of its kind", () => {
    for (const { tokenType, startOffset, image } of tokens.filter(({ tokenType }) => tokenType !== t.NL)) {
      const place = `${image} at ${startOffset}`;
      const own = new Set(coloured.slice(startOffset, startOffset + image.length));
      expect(own.size, place).toBe(1);
      expect([...own][0] ?? "", place).toMatch(expected(tokenType));
    }
  });

  test("a comment is one to its end, and nothing else is", () => {
    const inTokens = new Set(
      tokens
        .filter(({ tokenType }) => tokenType !== t.NL)
        .flatMap(({ startOffset, image }) => Array.from(image, (_, i) => startOffset + i)),
    );
    const between = [...text].flatMap((character, i) => (/\s/.test(character) || inTokens.has(i) ? [] : [i]));
    for (const i of between) expect(coloured[i], `at ${i}`).toBe("comment.line.number-sign.ksp");
    for (const i of inTokens) expect(coloured[i] ?? "", `at ${i}`).not.toMatch(/^comment/);
  });
});

describe("a keyword", () => {
  const words = t.keywords.map(({ PATTERN }) => String(PATTERN));
  test("is one wherever the language asks for it", () => {
    for (const word of words) {
      const [only, ...more] = colour(grammar, `  ${word}`);
      expect([only?.start, only?.end, more], word).toEqual([2, 2 + word.length, []]);
      expect(only?.scope, word).toMatch(/^(keyword\.other|constant\.language)\.ksp$/);
    }
  });
  test("is a statement at the left margin", () => {
    for (const word of t.statementWords) expect(colour(grammar, word)[0]?.scope, word).toBe("keyword.control.ksp");
  });
  test("is none as a part of a word, in a text or in a comment", () => {
    for (const word of words) {
      for (const text of [`x${word}`, `x-${word}`, `${word}x`, `${word}-9`])
        expect(colour(grammar, ` ${text}`), text).toEqual([]);
      for (const text of [`"${word}"`, `'${word}'`, `# ${word}`]) expect(colour(grammar, text), text).toHaveLength(1);
    }
  });
  test("is a name where one belongs", () => {
    for (const word of words) {
      expect(colour(grammar, `tunnel ${word} {`)[1]?.scope, word).toBe("entity.name.ksp");
      expect(colour(grammar, `deny out through ${word}`)[3]?.scope, word).toBe("entity.name.ksp");
    }
  });
});

test("a quote inside a text, and a # inside a text, end nothing", () => {
  expect(colour(grammar, String.raw`  run "a \" # b" 'c " # d'`).map(({ scope }) => scope)).toEqual([
    "keyword.other.ksp",
    "string.quoted.double.ksp",
    "string.quoted.single.ksp",
  ]);
});

test("only what every engine of regular expressions reads alike is used", () => {
  for (const { match } of grammar.patterns) {
    expect(match).not.toMatch(/\\[bBdDwWpPkGAzZh]|\(\?<[^!]|\(\?[^:!<]|[*+?}]\+/);
  }
});
