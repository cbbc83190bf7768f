import { keywords, levelWords, statementWords } from "../../src/parser/tokens.ts";
import { rules, type Syntax } from "./syntax.ts";

/** One line pattern of a TextMate grammar. Only what JavaScript and Oniguruma read alike. */
interface Pattern {
  readonly name?: string;
  readonly match: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
}

const word = "[a-z][a-z0-9]*(?:-[a-z0-9]+)*";
/** Where a word ends: `-` belongs to it. */
const end = "(?![a-z0-9-])";
const start = "(?<![a-z0-9-])";
const v4 = "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}";
const v6 = "[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F.]*";

/** grammar/ksp.tmLanguage.json: what editors colour by. */
export function textmate(): string {
  const grammar = {
    "//": "Generated from src/parser by `npm run generate`. Not to be edited.",
    ...{ name: "ksp", scopeName: "source.ksp", fileTypes: ["ksp"], patterns: patterns() },
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

function patterns(): readonly Pattern[] {
  const all = keywords.map(({ PATTERN }) => String(PATTERN));
  const starting = ["ksp", "policy", "fragment", ...statementWords];
  const naming = [...new Set([...rules.values()].flatMap(namingWords))];
  const level = `(?:${oneOf(levelWords)}|hop[1-9][0-9]?)`;
  return [
    { name: "comment.line.number-sign.ksp", match: "#.*$" },
    { name: "string.quoted.double.ksp", match: '"(?:[^"\\\\]|\\\\["\\\\])*"' },
    { name: "string.quoted.single.ksp", match: "'[^']*'" },
    { name: "variable.other.list.ksp", match: `@${word}` },
    { name: "variable.parameter.ksp", match: `\\$${word}` },
    {
      name: "constant.numeric.address.ksp",
      match: `${start}(?:${v4}-${v4}|${v4}(?:/[0-9]{1,3})?|${v6}-${v6}|${v6}(?:/[0-9]{1,3})?)`,
    },
    { name: "constant.other.date.ksp", match: `${start}[0-9]{4}-[0-9]{2}-[0-9]{2}${end}` },
    { name: "constant.other.code.ksp", match: `KSP[0-9]{4}${end}` },
    { name: "constant.numeric.duration.ksp", match: `${start}[0-9]+(?:ms|s|m|h)${end}` },
    { name: "constant.numeric.hex.ksp", match: `${start}0x[0-9a-f]+${end}` },
    { name: "constant.numeric.ksp", match: `${start}[0-9]+(?:-[0-9]+)?${end}` },
    {
      match: `^(${oneOf(starting.filter((each) => naming.includes(each)))})[ \\t]+(${word})`,
      captures: scopes("keyword.control", "entity.name"),
    },
    { match: `^(${oneOf(starting)})${end}`, captures: scopes("keyword.control") },
    { match: `^[ \\t]+(${word})[ \\t]*(=)`, captures: scopes("variable.parameter", "keyword.operator") },
    {
      match: `${start}(${word})(:)(${level})${end}`,
      captures: scopes("entity.name", "punctuation", "constant.language"),
    },
    // The one place where a keyword that names something is followed by another keyword.
    { match: `^[ \\t]+(on)[ \\t]+(loss)${end}`, captures: scopes("keyword.other", "keyword.other") },
    { match: `${start}(${oneOf(naming)})[ \\t]+(${word})`, captures: scopes("keyword.other", "entity.name") },
    { match: `(->|=)[ \\t]+(${word})`, captures: scopes("keyword.operator", "entity.name") },
    { name: "constant.language.ksp", match: `${start}${level}${end}` },
    { name: "keyword.other.ksp", match: `${start}${oneOf(all)}${end}` },
    { name: "keyword.operator.ksp", match: "->|=" },
    { name: "punctuation.ksp", match: "[{},:/]" },
  ];
}

const oneOf = (list: readonly string[]): string =>
  `(?:${list.toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).join("|")})`;

const scopes = (...names: readonly string[]): NonNullable<Pattern["captures"]> =>
  Object.fromEntries(names.map((name, i) => [`${i + 1}`, { name: `${name}.ksp` }]));

/** Keywords that a name always follows, such as `tunnel`: there a word of the language is a name. */
function namingWords(syntax: Syntax): readonly string[] {
  if ("part" in syntax) return namingWords(syntax.part);
  if (!("parts" in syntax)) return [];
  const inside = syntax.parts.flatMap(namingWords);
  if (syntax.kind === "choice") return inside;
  const before = syntax.parts.flatMap((part, i) => {
    const next = syntax.parts[i + 1];
    return next?.kind === "token" && next.type.name === "NAME" ? wordsOf(part) : [];
  });
  return [...before, ...inside].filter((each) => /^[a-z]/.test(each));
}

const wordsOf = (syntax: Syntax): readonly string[] =>
  syntax.kind === "word" ? [syntax.text] : syntax.kind === "choice" ? syntax.parts.flatMap(wordsOf) : [];
