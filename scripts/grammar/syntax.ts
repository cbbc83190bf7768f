import {
  Alternation,
  Alternative,
  type IProduction,
  Lexer,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  Terminal,
  type TokenType,
} from "chevrotain";
import { Grammar } from "../../src/parser/grammar.ts";
import { grammarTokens } from "../../src/parser/tokens.ts";

/** The parser's own grammar as a tree that reference, diagrams and tests are made from. */
export type Syntax =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "token"; readonly type: TokenType }
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Syntax[] }
  | { readonly kind: "optional" | "many" | "some"; readonly part: Syntax };

/** Rule → what it stands for, in the order of grammar.ts. */
export const rules: ReadonlyMap<string, Syntax> = new Map(
  Object.values(new Grammar({ validate: true }).getGAstProductions()).map((rule) => [
    ruleName(rule.name),
    sequence(rule.definition),
  ]),
);

/** The tokens that stand for a category such as `NET`; none for a token with a shape of its own. */
export const membersOf = (type: TokenType): readonly TokenType[] =>
  type.PATTERN === Lexer.NA ? grammarTokens.filter((each) => each.CATEGORIES?.includes(type)) : [];

/** `linkItem` → `link_item`. */
function ruleName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function syntaxOf(production: IProduction): Syntax {
  if (production instanceof Terminal) return terminal(production.terminalType);
  if (production instanceof NonTerminal) return { kind: "rule", name: ruleName(production.nonTerminalName) };
  if (production instanceof Alternative) return sequence(production.definition);
  if (production instanceof Alternation) return { kind: "choice", parts: choices(production.definition) };
  if (production instanceof Option) return { kind: "optional", part: sequence(production.definition) };
  if (production instanceof Repetition) return { kind: "many", part: sequence(production.definition) };
  if (production instanceof RepetitionMandatory) return { kind: "some", part: sequence(production.definition) };
  throw new Error(`the grammar uses ${production.constructor.name}, which nothing shows yet`);
}

/** Keywords and punctuation are shown as they are written, tokens with a shape by their name. */
export function terminal(type: TokenType): Syntax {
  return typeof type.PATTERN === "string" ? { kind: "word", text: type.PATTERN } : { kind: "token", type };
}

function sequence(definition: readonly IProduction[]): Syntax {
  const parts = definition.map(syntaxOf);
  const [only] = parts;
  return only && parts.length === 1 ? only : { kind: "sequence", parts };
}

function choices(definition: readonly IProduction[]): readonly Syntax[] {
  return definition.map(syntaxOf).flatMap((part) => (part.kind === "choice" ? part.parts : [part]));
}
