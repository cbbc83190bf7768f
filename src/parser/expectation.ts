import type { IToken, TokenType } from "chevrotain";
import type { EntryRule, Grammar } from "./grammar.ts";
import * as t from "./tokens.ts";
import { kw } from "./tokens.ts";
import { type Expectation, walk } from "./walk.ts";

/** The index of the first token that does not fit the rule; `tokens.length` where the line ends too early. */
export function misfit(grammar: Grammar, rule: EntryRule, tokens: readonly IToken[]): number | undefined {
  const { index, expected } = walk(grammar, rule, tokens);
  if (index < tokens.length || !expected.end) return index;
  // The parser decides by two tokens and may be stricter.
  const token = run(grammar, rule, tokens);
  if (token === undefined) return undefined;
  const found = tokens.indexOf(token);
  return found === -1 ? tokens.length : found;
}

/** The token at which the parser stops, if it does. */
function run(grammar: Grammar, rule: EntryRule, tokens: readonly IToken[]): IToken | undefined {
  grammar.input = [...tokens];
  grammar[rule]();
  return grammar.errors[0]?.token;
}

export const accepts = (grammar: Grammar, rule: EntryRule, tokens: readonly IToken[]): boolean =>
  run(grammar, rule, tokens) === undefined;

/** What may come behind some first tokens of a line. */
export const expectation = (grammar: Grammar, rule: EntryRule, prefix: readonly IToken[] = []): Expectation =>
  walk(grammar, rule, prefix).expected;

// ---- in words --------------------------------------------------------------------------------------------------------------

const phrases = new Map<TokenType, string>([
  [t.NET, "an address, prefix, `@list` or `$parameter`"],
  [t.TEXT, "a text in quotes"],
  [t.STRING, "a text in quotes"],
  [t.RAW, "a text in quotes"],
  [t.PORT, "a port such as `443`"],
  [t.PORTS, "a range of ports"],
  [t.NAME, "a name"],
  [t.PARAM, "a `$parameter`"],
  [t.INTEGER, "a number"],
  [t.NUMBER, "a hexadecimal number such as `0x1`"],
  [t.DATE, "a date such as `2027-03-31`"],
  [t.CODE, "a code such as `KSP3001`"],
  [t.DURATION, "a duration such as `10s`"],
  [t.LEVEL, "a state such as `down` or `up`"],
  [t.NL, "the end of the line"],
]);

/** Sets of words that are named together. */
const groups: readonly { readonly types: readonly TokenType[]; readonly phrase: string }[] = [
  { types: t.statementWords.map((word) => kw[word]), phrase: "a statement such as `tunnel`, `dns` or `allow`" },
  {
    types: [kw.app, kw.mark, kw.user, kw.group, kw.slice, kw.program, kw.service],
    phrase: "an owner such as `app` or `user`",
  },
  {
    types: [kw.mark, kw.user, kw.group, kw.slice, kw.program, kw.service],
    phrase: "`mark`, `user`, `group`, `slice`, `program`, `service`",
  },
  { types: [kw.reason, kw.owner, kw.ticket, kw.until], phrase: "a caveat such as `reason`" },
  { types: [kw.owner, kw.ticket, kw.until], phrase: "a caveat such as `owner`" },
];

/** "expected `on`, `while` or the end of the line" */
export function inWords({ types, end }: Expectation): string {
  let rest = types;
  const named = new Map<TokenType | undefined, string>();
  for (const group of groups) {
    if (!group.types.every((type) => rest.includes(type))) continue;
    named.set(group.types[0], group.phrase);
    rest = rest.filter((type) => !group.types.includes(type) || type === group.types[0]);
  }
  const quoted = (list: readonly string[]) => list.map((word) => `\`${word}\``);
  const words = rest.flatMap((type) => {
    if (type === t.OS) return quoted(t.osWords);
    return named.get(type) ?? phrases.get(type) ?? quoted([String(type.PATTERN)]);
  });
  return `expected ${oneOf([...new Set([...words, ...(end ? ["the end of the line"] : [])])])}`;
}

/** "a, b or c" */
export const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.slice(-1).join("")}`;

/** The keywords among what is expected. */
export const expectedWords = ({ types }: Expectation): readonly string[] =>
  types.flatMap((type) => {
    if (type === t.OS) return t.osWords;
    if (type === t.LEVEL) return t.levelWords;
    return t.keywords.includes(type) ? [String(type.PATTERN)] : [];
  });
