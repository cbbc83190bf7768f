import type { Plan } from "../../ir/plan.ts";
import type { Rule } from "../../ir/ruleset.ts";
import { refusals } from "../capabilities.ts";
import { interfaceClasses } from "../linux/classes.ts";
import { type Variant, variants } from "../linux/variants.ts";
import type { Way } from "../linux/ways.ts";
import { template } from "../template.ts";
import { replyJump } from "./body.ts";
import { capabilities } from "./capabilities.ts";
import { body, type ChainView, dispatch, indent } from "./chains.ts";
import { pairLines } from "./pairs.ts";
import { Sets } from "./sets.ts";
import { fromAnywhere, type Group, groupsOf, type Lists, listsOf } from "./shape.ts";
import { Slices } from "./slices.ts";
import { widest } from "./widest.ts";
import type { Spelling } from "./words.ts";

/** The ways out of this machine, and the answers to what is forwarded. */
const leaving = ["out", "through", "back"] as const satisfies readonly Way[];

interface View {
  readonly policy: string;
  readonly lists: Lists;
  /** None where no app has a slice. */
  readonly marked: readonly { readonly lines: readonly string[] }[];
  readonly priority: string;
  readonly pairs: readonly string[];
  readonly fromAnywhere: readonly string[];
  /** `[""]` where forwarded packets are judged at all. */
  readonly through: readonly string[];
  readonly ways: readonly ChainView[];
  readonly classes: readonly Group[];
}

/**
 * A second look at what leaves, in a table that belongs to the process which loads it: `flush ruleset` spares it, and it goes when
 * that process does. One for all states, so that nothing switches it: a packet passes where some state lets it. It looks
 * where the rules do, those for iptables at what is `untranslated`: what others make of a packet behind them they do not refuse.
 */
export function ownedFile(plan: Plan, sees: "translated" | "untranslated"): string {
  const isUntranslated = sees === "untranslated";
  const sets = new Sets();
  const slices = Slices.of(plan);
  const spelling: Spelling = { kind: "sets", sets, slices };
  const rulesets = plan.states.map((ruleset) => ({ ...ruleset, rules: ruleset.rules.flatMap(atMost) }));
  const classes = interfaceClasses(rulesets).map((of) =>
    leaving.flatMap((way) => variants(of, way, rulesets, (...at) => body(...at, spelling, isUntranslated))),
  );
  const all = classes.flat();
  const isJudged = (way: Way): boolean => all.some((v) => v.way === way && v.chains.length > 0);
  const used = leaving.filter((way) => way === "out" || isJudged(way));
  const replies = isJudged("back") ? replyJump("back").lines : [];
  const marking = slices.marking();
  return template<View>("nft/owned.hbs")({
    policy: plan.policy,
    marked: marking.length > 0 ? [{ lines: marking }] : [],
    priority: isUntranslated ? "mangle + 1" : "srcnat + 201",
    pairs: pairLines(rulesets, spelling, isUntranslated),
    fromAnywhere: fromAnywhere(rulesets),
    through: isJudged("through") ? [""] : [],
    ways: used.map((way) => ({
      name: way,
      body: indent([...(way === "through" ? replies : []), ...dispatch(way, tried(way, classes), spelling)]),
    })),
    classes: groupsOf(classes, rulesets),
    lists: listsOf(sets),
  });
}

/** All that a class may do in some state, the most open first: what one of its chains does not accept goes to the next. */
const tried = (way: Way, classes: readonly (readonly Variant[])[]): Parameters<typeof dispatch>[1] =>
  classes.flatMap((of) => {
    const mine = of.filter((variant) => variant.way === way).toReversed();
    const open = mine.filter(isOpen);
    return (open.length > 0 ? open : mine.slice(0, 1)).map(({ body, chains: [chain] }, i) => ({
      body,
      ...(chain && { chain: chain.name }),
      ...(i < open.length - 1 && { by: "jump" as const }),
    }));
  });

const isOpen = ({ body, chains }: Variant): boolean => body.inline !== undefined || chains.length > 0;

/** The second look is nftables' own, whatever the first one is written for. */
export const canBeOwned = (plan: Plan): boolean => refusals(plan, capabilities).length === 0;

/** With all that the runtime may ever fill in; what is refused of that is not refused here. */
function atMost(rule: Rule): readonly Rule[] {
  const { source, destination } = rule.match;
  const isFilled = [source, destination].some((address) => address?.within !== undefined);
  if (isFilled && rule.verdict.kind !== "accept") return [];
  const match = {
    ...rule.match,
    ...(source && { source: widest(source) }),
    ...(destination && { destination: widest(destination) }),
  };
  return [{ ...rule, match }];
}
