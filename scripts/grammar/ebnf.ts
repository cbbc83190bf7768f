import type { TokenType } from "chevrotain";
import { grammarTokens } from "../../src/parser/tokens.ts";
import { membersOf, rules, type Syntax, terminal } from "./syntax.ts";

const WIDTH = 120;
const COLUMN = 14;

/** grammar/ksp.ebnf: every rule of the parser, and every token that is no plain word. */
export function ebnf(): string {
  const tokens = grammarTokens.filter(({ PATTERN }) => typeof PATTERN !== "string");
  const kinds = tokens.filter((type) => membersOf(type).length > 0);
  const shapes = tokens.filter((type) => membersOf(type).length === 0);
  return [
    "# The grammar of ksp 1. Generated from src/parser by `npm run generate`. Not to be edited.",
    '# ::= defines, | alternative, ( ) group, ? * + repeat, "word" as written, CAPS token, /regex/ the shape of a token.',
    "# A longer word wins over a shorter one, and a keyword may stand wherever a NAME may.",
    "# A line end behind `,` or `->` is no NL: the statement goes on.",
    "",
    ...[...rules].map(([name, syntax]) => production(name, syntax)),
    "",
    "# --- kinds of tokens",
    ...kinds.map((type) => production(type.name, { kind: "choice", parts: membersOf(type).map(terminal) })),
    "",
    "# --- tokens, in the order in which they are tried",
    ...shapes.map((type) => `${type.name.padEnd(COLUMN)} ::= /${shape(type)}/`),
    "",
  ].join("\n");
}

/** One rule. Alternatives that do not fit into a line stand one a line, mere names as many as fit. */
export function production(name: string, syntax: Syntax): string {
  const head = `${name.padEnd(COLUMN)} ::= `;
  const line = head + text(syntax, 0);
  if (line.length <= WIDTH || syntax.kind !== "choice") return line;
  const alternatives = syntax.parts.map((part) => text(part, 1));
  const isNames = syntax.parts.every(({ kind }) => kind === "rule");
  return head + (isNames ? filled(alternatives) : alternatives).join(`\n${" ".repeat(COLUMN + 3)}| `);
}

function filled(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const line = [...lines.slice(-1), name].join(" | ");
    if (lines.length > 0 && line.length <= WIDTH - COLUMN - 5) lines[lines.length - 1] = line;
    else lines.push(name);
  }
  return lines;
}

/** `level`: 0 alone, 1 inside an alternative, 2 inside a sequence, 3 before `?`, `*` or `+`. */
function text(syntax: Syntax, level: 0 | 1 | 2 | 3): string {
  switch (syntax.kind) {
    case "word":
      return `"${syntax.text}"`;
    case "token":
      return syntax.type.name;
    case "rule":
      return syntax.name;
    case "sequence":
      return group(syntax.parts.map((part) => text(part, 2)).join(" "), level > 2);
    case "choice":
      return group(syntax.parts.map((part) => text(part, 1)).join(" | "), level > 0);
    case "optional":
      return `${text(syntax.part, 3)}?`;
    case "many":
      return `${text(syntax.part, 3)}*`;
    case "some":
      return `${text(syntax.part, 3)}+`;
  }
}

const group = (inner: string, isNeeded: boolean): string => (isNeeded ? `(${inner})` : inner);

/** These two are matched by hand, see token-patterns.ts; a test compares. */
export const byHand: Readonly<Record<string, RegExp>> = {
  NL: /([ \t]*(#[^\r\n]*)?\r?\n[ \t]*)+/,
  STRING: /"([^"\\\r\n]|\\["\\])*"/,
};

function shape({ name, PATTERN }: TokenType): string {
  const source = byHand[name]?.source ?? (PATTERN instanceof RegExp ? PATTERN.source : undefined);
  if (source === undefined) throw new Error(`the token ${name} has no shape`);
  return source.replaceAll("(?:", "(");
}
