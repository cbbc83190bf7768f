import type { Rule, Ruleset, Stage } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import type { Family } from "../../net/address.ts";
import { className, type InterfaceClass } from "../linux/classes.ts";
import { align } from "../linux/layout.ts";
import { type Line, piece } from "../linux/line.ts";
import type { Body, Chain, Section, Variant } from "../linux/variants.ts";
import { judged, sides, type Way } from "../linux/ways.ts";
import type { JudgingTable } from "./hooks.ts";
import { chainName } from "./names.ts";
import { comment, established, interfaceLines, type Spelling, timer, wholeLines } from "./words.ts";

/** What a packet of a class meets. A rule lets it pass, as far as ksp is asked, or sends it to where the chain ends: closed. */
export function body(
  ruleset: Ruleset,
  way: Way,
  of: InterfaceClass,
  family: Family,
  spelling: Spelling,
  table: JudgingTable = "filter",
): Body {
  const { openings, replies, inline, probeOnly } = judged(ruleset, way, of, table === "mangle");
  const lines = (rules: readonly Rule[], end: string, more: Line = []): readonly Section[] =>
    sections(rules, end, family, spelling, more);
  const hasLines = (rules: readonly Rule[]): boolean =>
    rules.some(({ match, from }) => wholeLines(match, family, from, spelling).length > 0);
  const chains = (suffix: string): readonly Chain[] => {
    const [isOpened, isAnswered] = [hasLines(openings), hasLines(replies)];
    if (!isOpened && !isAnswered) return [];
    const whole = `${way}_${className(of)}${suffix}`;
    const name = chainName(whole);
    const shut = closed(way);
    if (!isAnswered) return [{ name, sections: [...lines(openings, shut), ending(shut)] }];
    const few = plainReplies(replies, family, spelling);
    if (few) return [{ name, sections: [few, ...lines(openings, shut), ending(shut)] }];
    const [answers, fresh] = [chainName(`${whole}_replies`), chainName(`${whole}_new`)];
    const next = isOpened ? fresh : shut;
    return [
      {
        name,
        sections: [
          {
            title: "replies: the exact reverse of what may be opened",
            lines: align([[...established, piece("verdict", `-g ${answers}`)], [piece("verdict", `-g ${next}`)]]),
          },
        ],
      },
      ...(isOpened ? [{ name: fresh, sections: [...lines(openings, shut), ending(shut)] }] : []),
      { name: answers, sections: [...lines(replies, next), { title: "the rest", lines: [`-g ${next}`] }] },
    ];
  };
  return { of, ...(inline && { inline }), chains, key: JSON.stringify(chains("")), probeOnly };
}

/** Where packets of a way are refused. */
export const closed = (way: Way): string => `ksp_closed_${way === "out" || way === "in" ? way : "forward"}`;

const ending = (shut: string): Section => ({ title: "closed", lines: [`-g ${shut}`] });

/** One section a stage, in the order of the stages. */
export function sections(
  rules: readonly Rule[],
  end: string,
  family: Family,
  spelling: Spelling,
  more: Line = [],
): readonly Section[] {
  const byStage = Map.groupBy(rules, ({ stage }): Stage => stage);
  return [...byStage].flatMap(([title, of]): readonly Section[] => {
    const lines = align(of.flatMap((rule) => ruleLines(rule, end, family, spelling, more)));
    return lines.length > 0 ? [{ title, lines }] : [];
  });
}

/** Replies that are few and plain are written beside the openings; else they have a chain that mirrors them line by line. */
function plainReplies(rules: readonly Rule[], family: Family, spelling: Spelling): Section | undefined {
  const lines = rules.flatMap((rule) => ruleLines(rule, "", family, spelling, established));
  if (lines.length > 3 || rules.some((rule) => rule.verdict.kind !== "accept")) return undefined;
  return { title: "replies", lines: align(lines) };
}

const ruleLines = (
  { match, verdict, from, expiresAfter }: Rule,
  end: string,
  family: Family,
  spelling: Spelling,
  more: Line = [],
): readonly Line[] =>
  wholeLines(match, family, from, spelling).map((line) => [
    ...line,
    ...more,
    ...(expiresAfter === undefined ? [] : [timer(family)]),
    comment(from),
    piece("verdict", verdict.kind === "accept" ? "-j RETURN" : `-g ${end}`),
  ]);

/** A state's own chain: which class goes where, behind what passes by any. A class that nothing passes must not reach the chain of the rest. */
export function stateChain(
  way: Way,
  state: string,
  all: readonly Variant[],
  family: Family,
  spelling: Spelling,
  first: readonly Line[] = [],
): Chain {
  const here = all.filter((variant) => variant.way === way && variant.states.includes(state));
  const shut = closed(way);
  const lines = here.flatMap(({ body: { of, inline }, chains: [chain] }): readonly Line[] => {
    const to = (...lines: readonly Line[]) =>
      interfaceLines(of, sides[way]).flatMap((names) => lines.map((line) => [...names, ...line]));
    if (inline) return to(...ruleLines({ ...inline, match: {} }, shut, family, spelling));
    return to([piece("verdict", `-g ${chain?.name ?? shut}`)]);
  });
  return {
    name: chainName(`${way}_${stateName(state)}`),
    sections: [{ title: "", lines: [...align(first), ...align(lines)] }],
  };
}
