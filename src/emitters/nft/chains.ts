import { type Rule, type Ruleset, type Stage, stages } from "../../ir/ruleset.ts";
import { bodyChains, type Chain, replyJump, replySections, ruleLines } from "./body.ts";
import { className, type InterfaceClass, interfaceLines, type Side, speaksOf } from "./interfaces.ts";
import { align } from "./layout.ts";
import { prune, splitFamilies } from "./overlap.ts";
import { replyRules } from "./reverse.ts";
import type { Line, Spelling } from "./words.ts";

/** The ways of a packet, and the first part of the chains that judge it. `through` is forwarded, `back` are replies to it. */
export const ways = ["out", "through", "back", "in"] as const;
export type Way = (typeof ways)[number];

/** The interface that a way is judged by: where a packet leaves, or where it came in. */
const sides: Readonly<Record<Way, Side>> = { out: "oif", through: "oif", back: "iif", in: "iif" };

/** What one class of interfaces may do in one state, by way; equal bodies of different states become one. */
export interface Body {
  readonly of: InterfaceClass;
  /** A single rule without conditions stands in the state's own chain. */
  readonly inline?: Rule;
  /** Chains for a given suffix of their names; the first is where the state's chain goes to. Empty: nothing passes. */
  readonly chains: (suffix: string) => readonly Chain[];
  /** Equal text, equal meaning. */
  readonly key: string;
  /** Only the daemon's probe passes. */
  readonly probeOnly: boolean;
}

export function body(ruleset: Ruleset, way: Way, of: InterfaceClass, spelling: Spelling): Body {
  const here = (rules: readonly Rule[]): readonly Rule[] =>
    prune(
      rules
        .filter((rule) => speaksOf(rule.match, sides[way], of))
        .map((rule) => withoutJudged(rule, way))
        .flatMap(splitFamilies),
    );
  const judged = rulesOf(ruleset, way);
  const openings = here(judged.openings);
  const replies = here(judged.replies);
  const [only] = openings;
  const isPlain = only !== undefined && openings.length === 1 && replies.length === 0 && isUnconditional(only);
  const chains = (suffix: string): readonly Chain[] => {
    if (openings.length === 0 && replies.length === 0) return [];
    const name = `${way}_${className(of)}${suffix}`;
    const [main, ...names] = bodyChains(name, `${name}_names`, openings, spelling);
    if (!main) return [];
    const few = replySections(replies, spelling);
    if (few) return [{ name, sections: [...few, ...main.sections] }, ...names];
    const mirror = bodyChains(`${name}_replies`, `${name}_replies_names`, replies, spelling);
    return [{ name, sections: [replyJump(`${name}_replies`), ...main.sections] }, ...names, ...mirror];
  };
  return {
    of,
    ...(isPlain && { inline: only }),
    chains,
    key: JSON.stringify(chains("")),
    probeOnly: [...openings, ...replies].every((rule) => rule.stage === "probe"),
  };
}

/**
 * Answers to our own queries that were redirected. They come back to the source that was asked with, which need not be the
 * tunnel's: translation puts it back before `input` sees it, so these stand in front of what asks for the tunnel's address.
 */
function redirectedAnswers({ rewrites, rules }: Ruleset): readonly Rule[] {
  const openings = rules.filter(({ stage, direction }) => stage === "dns-inside" && direction === "out");
  const asked = rewrites.flatMap(({ direction, match: { transport }, change, from }): readonly Rule[] => {
    const opening = openings.find((rule) => rule.from === from);
    if (direction !== "out" || change.kind !== "destination" || !opening) return [];
    const { family, value } = change.address;
    const { outInterface } = opening.match;
    const match = {
      ...(outInterface && { outInterface }),
      destination: { set: [{ family, first: value, last: value }] },
      ...(transport && { transport }),
      rewritten: true,
    } as const;
    return [{ ...opening, stage: "anti-spoof", match }];
  });
  return replyRules(asked);
}

/** Rules with some more in front of those of a stage. */
function withFirst(stage: Stage, more: readonly Rule[], rules: readonly Rule[]): readonly Rule[] {
  const at = rules.findIndex((rule) => stages.indexOf(rule.stage) >= stages.indexOf(stage));
  return at < 0 ? [...rules, ...more] : [...rules.slice(0, at), ...more, ...rules.slice(at)];
}

function rulesOf(
  ruleset: Ruleset,
  way: Way,
): { readonly openings: readonly Rule[]; readonly replies: readonly Rule[] } {
  const of = (direction: Rule["direction"]): readonly Rule[] =>
    ruleset.rules.filter(
      (rule) => rule.direction === direction && rule.stage !== "closed" && rule.match.family !== "arp",
    );
  switch (way) {
    case "out":
      return { openings: of("out"), replies: replyRules(of("in")) };
    case "in":
      return {
        openings: of("in"),
        replies: withFirst("anti-spoof", redirectedAnswers(ruleset), replyRules(of("out"))),
      };
    case "through":
      return { openings: of("forward"), replies: [] };
    case "back":
      return { openings: replyRules(of("forward")), replies: [] };
  }
}

const isUnconditional = ({ match, verdict }: Rule): boolean =>
  verdict.kind === "accept" && Object.keys(match).length === 0;

/** The interface that leads to a chain is not asked again in it. */
function withoutJudged(rule: Rule, way: Way): Rule {
  const { inInterface, outInterface, ...match } = rule.match;
  const other =
    way === "through" ? inInterface && { inInterface } : way === "back" ? outInterface && { outInterface } : undefined;
  return { ...rule, match: { ...match, ...other } };
}

/** A state's own chain: which class goes where. A class that nothing passes must not reach the chain of the rest. */
export function dispatch(
  way: Way,
  bodies: readonly { readonly body: Body; readonly chain?: string }[],
  spelling: Spelling,
): readonly string[] {
  const rest = bodies.find(({ body: { of } }) => of.kind === "rest");
  const lines = bodies.flatMap(({ body: { of, inline }, chain }): readonly Line[] => {
    const to = (...lines: readonly Line[]) =>
      interfaceLines(of, sides[way]).flatMap((names) => lines.map((line) => [...names, ...line]));
    if (inline) return to(...ruleLines({ ...inline, match: {} }, spelling));
    if (chain) return to([{ kind: "verdict", text: `goto ${chain}` }]);
    return of.kind === "rest" || !rest?.chain ? [] : to(closed(way));
  });
  return align(lines);
}

const closed = (way: Way): Line => [
  { kind: "verdict", text: "counter return" },
  { kind: "comment", text: `comment "closed-${way === "out" || way === "in" ? way : "forward"}"` },
];
