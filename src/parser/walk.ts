import {
  Alternation,
  Alternative,
  type IProduction,
  type IToken,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  Terminal,
  type TokenType,
  tokenMatcher,
} from "chevrotain";
import type { EntryRule, Grammar } from "./grammar.ts";

// Walks the grammar as a state machine: unlike the parser it knows at every token all that could stand there.

/** What is still to come, as a list that shares its tail; `undefined` is the end of the rule. */
type Rest = { readonly production: IProduction; readonly next: Rest } | undefined;

/** A token that may come next, and what is to come behind it. */
interface Step {
  readonly type: TokenType;
  readonly next: Rest;
}

/** What may come next at some place of a line. */
export interface Expectation {
  readonly types: readonly TokenType[];
  /** The line may end here. */
  readonly end: boolean;
}

export interface Walk {
  /** The index of the first token that does not fit; the number of tokens if all fit. */
  readonly index: number;
  readonly expected: Expectation;
}

/** Follows a rule as far as the tokens fit. */
export function walk(grammar: Grammar, rule: EntryRule, tokens: readonly IToken[]): Walk {
  let { steps, end } = ways([before(grammar.getGAstProductions()[rule]?.definition ?? [], undefined)]);
  let index = 0;
  for (const token of tokens) {
    const taken = steps.filter(({ type }) => tokenMatcher(token, type));
    if (taken.length === 0) break;
    ({ steps, end } = ways(taken.map(({ next }) => next)));
    index++;
  }
  return { index, expected: { types: [...new Set(steps.map(({ type }) => type))], end } };
}

function ways(rests: readonly Rest[]): { readonly steps: readonly Step[]; readonly end: boolean } {
  const steps: Step[] = [];
  let end = false;
  const visit = (rest: Rest): void => {
    if (rest === undefined) {
      end = true;
      return;
    }
    const { production, next } = rest;
    if (production instanceof Terminal) steps.push({ type: production.terminalType, next });
    else if (production instanceof Alternation)
      for (const each of production.definition) visit({ production: each, next });
    else if (production instanceof NonTerminal || production instanceof Alternative)
      visit(before(production.definition, next));
    else if (production instanceof Option) {
      visit(before(production.definition, next));
      visit(next);
    } else if (production instanceof Repetition) {
      visit(before(production.definition, rest));
      visit(next);
    } else if (production instanceof RepetitionMandatory) {
      const { definition } = production;
      visit(before(definition, { production: new Repetition({ definition }), next }));
    }
  };
  for (const rest of rests) visit(rest);
  return { steps, end };
}

const before = (definition: readonly IProduction[], next: Rest): Rest =>
  definition.reduceRight<Rest>((rest, production) => ({ production, next: rest }), next);
