import { type Rule, type Ruleset, type Stage, stages } from "../../ir/ruleset.ts";
import { type InterfaceClass, type Side, speaksOf } from "./classes.ts";
import { prune, splitFamilies } from "./overlap.ts";
import { replyRules } from "./reverse.ts";

/** The ways of a packet, and the first part of the chains that judge it. `through` is forwarded, `back` are replies to it. */
export const ways = ["out", "through", "back", "in"] as const;
export type Way = (typeof ways)[number];

/** The interface that a way is judged by: where a packet leaves, or where it came in. */
export const sides: Readonly<Record<Way, Side>> = { out: "oif", through: "oif", back: "iif", in: "iif" };

/** What a ruleset says of one class of interfaces on one way, without what it need not say there. */
export interface Judged {
  readonly openings: readonly Rule[];
  readonly replies: readonly Rule[];
  /** A single rule without conditions stands in the state's own chain. */
  readonly inline?: Rule;
  /** Only the daemon's probe passes. */
  readonly probeOnly: boolean;
}

/** `isUntranslated`: what leaves is judged before a masquerade, with the source that routing chose first. */
export function judged(ruleset: Ruleset, way: Way, of: InterfaceClass, isUntranslated = false): Judged {
  const here = (rules: readonly Rule[]): readonly Rule[] =>
    prune(
      rules
        .filter((rule) => speaksOf(rule.match, sides[way], of))
        .map((rule) => withoutJudged(rule, way))
        .flatMap(splitFamilies),
    );
  const all = rulesOf(ruleset, way, isUntranslated);
  const [openings, replies] = [here(all.openings), here(all.replies)];
  const [only] = openings;
  const isPlain = only !== undefined && openings.length === 1 && replies.length === 0 && isUnconditional(only);
  return {
    openings,
    replies,
    ...(isPlain && { inline: only }),
    probeOnly: [...openings, ...replies].every((rule) => rule.stage === "probe"),
  };
}

/**
 * Our own queries that were redirected, whatever source they have: until a masquerade it need not be the tunnel's. Their answers
 * come back to it, and translation puts it back before `input` sees it, so these stand in front of what asks for the tunnel's
 * address.
 */
function redirectedQueries({ rewrites, rules }: Ruleset): readonly Rule[] {
  const openings = rules.filter(({ stage, direction }) => stage === "dns-inside" && direction === "out");
  return rewrites.flatMap(({ direction, match: { transport }, change, from }): readonly Rule[] => {
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
}

/** Rules with some more in front of those of a stage. */
function withFirst(stage: Stage, more: readonly Rule[], rules: readonly Rule[]): readonly Rule[] {
  const at = rules.findIndex((rule) => stages.indexOf(rule.stage) >= stages.indexOf(stage));
  return at < 0 ? [...rules, ...more] : [...rules.slice(0, at), ...more, ...rules.slice(at)];
}

/** Our own redirected queries pass in front of what asks for a source, and behind everything else that refuses them. */
function withQueries(rules: readonly Rule[], queries: readonly Rule[]): readonly Rule[] {
  if (queries.length === 0) return rules;
  const [spoofed, others] = [true, false].map((is) => rules.filter(({ stage }) => (stage === "anti-spoof") === is));
  return withFirst("dns-inside", [...queries, ...(spoofed ?? [])], others ?? []);
}

function rulesOf(
  ruleset: Ruleset,
  way: Way,
  isUntranslated: boolean,
): { readonly openings: readonly Rule[]; readonly replies: readonly Rule[] } {
  const of = (direction: Rule["direction"]): readonly Rule[] =>
    ruleset.rules.filter(
      (rule) => rule.direction === direction && rule.stage !== "closed" && rule.match.family !== "arp",
    );
  switch (way) {
    case "out":
      return {
        openings: isUntranslated ? withQueries(of("out"), redirectedQueries(ruleset)) : of("out"),
        replies: replyRules(of("in")),
      };
    case "in":
      return {
        openings: of("in"),
        replies: withFirst("anti-spoof", replyRules(redirectedQueries(ruleset)), replyRules(of("out"))),
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
