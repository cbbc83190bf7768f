import type { Plan } from "../../ir/plan.ts";
import type { Direction, Rule, Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import { interfaceClasses } from "../linux/classes.ts";
import { heading } from "../linux/layout.ts";
import { underHeadings, type Variant, variants } from "../linux/variants.ts";
import { type Way, ways } from "../linux/ways.ts";
import { type ArpTable, arpTables } from "./arp.ts";
import { portalTimer, replyJump } from "./body.ts";
import { body, type ChainView, chainView, dispatch, indent } from "./chains.ts";
import { pairLines } from "./pairs.ts";
import { type RewriteChain, rewriteChains, rewrittenOutput } from "./rewrites.ts";
import { type Sets, type SetView, setView } from "./sets.ts";
import type { Spelling } from "./words.ts";

/** `[]` where there are none. */
export type Lists = readonly { readonly heading: string; readonly sets: readonly SetView[] }[];
export interface Group {
  readonly heading: string;
  readonly chains: readonly ChainView[];
}
/** What templates print of some states of a plan. */
export interface Shape {
  readonly policy: string;
  readonly state: string;
  readonly closed: Readonly<Record<Direction, readonly string[]>>;
  /** `[""]` where forwarded packets are judged at all. */
  readonly through: readonly string[];
  /** `[""]` where some are opened by where they go alone. */
  readonly fromAnywhere: readonly string[];
  /** Forwarded packets in postrouting, and our own rewritten ones in output. */
  readonly pairs: readonly string[];
  readonly rewritten: readonly string[];
  readonly marking: readonly string[];
  /** The name of the set that lets a portal close by itself, where there is one. */
  readonly timer: readonly string[];
  readonly rewrites: readonly { readonly heading: string; readonly chains: readonly RewriteChain[] }[];
  readonly lists: Lists;
  readonly states: readonly Group[];
  readonly classes: readonly Group[];
  readonly arp: readonly ArpTable[];
}

export function shape(plan: Plan, rulesets: readonly Ruleset[], spelling: Spelling, sets: Sets): Shape {
  const [first] = rulesets;
  if (!first) throw new Error("a plan has states");
  const all = interfaceClasses(rulesets).map((of) =>
    ways.flatMap((way) => variants(of, way, rulesets, (...at) => body(...at, spelling))),
  );
  const used = ways.filter(
    (way) => way === "out" || way === "in" || all.flat().some((v) => v.way === way && v.chains.length > 0),
  );
  const rewriting = rewriteChains(first, spelling);
  return {
    policy: plan.policy,
    state: stateName(first.state),
    closed: closedLines(first),
    through: used.includes("through") ? [""] : [],
    fromAnywhere: fromAnywhere(rulesets),
    pairs: pairLines(rulesets, spelling),
    rewritten: rewrittenOutput(first, spelling),
    marking: spelling.kind === "sets" ? spelling.slices.marking() : [],
    timer: rulesets.some(({ rules }) => rules.some((rule) => rule.expiresAfter !== undefined)) ? [portalTimer] : [],
    rewrites: rewriting.length > 0 ? [{ heading: heading("rewrites"), chains: rewriting }] : [],
    lists: listsOf(sets),
    states: rulesets.map(
      ({ state }): Group => ({
        heading: heading(state),
        chains: used.map((way) => ({
          name: `${way}_${stateName(state)}`,
          body: indent(stateChain(way, state, all.flat(), spelling, used)),
        })),
      }),
    ),
    classes: groupsOf(all, rulesets),
    arp: arpTables(first, spelling),
  };
}

/** The chains of each class of interfaces. */
export const groupsOf = (all: readonly (readonly Variant[])[], rulesets: readonly Ruleset[]): readonly Group[] =>
  all
    .flatMap((of) => underHeadings(of, rulesets.length))
    .map(({ heading, chains }) => ({ heading, chains: chains.map(chainView) }));

/** `[""]` where forwarded packets are opened by where they go alone. */
export const fromAnywhere = (rulesets: readonly Ruleset[]): readonly string[] =>
  rulesets.some((ruleset) => ruleset.rules.some(isFromAnywhere)) ? [""] : [];

/** Once everything that speaks of them was written. */
export function listsOf(sets: Sets): Lists {
  const named = sets.all();
  return named.length > 0 ? [{ heading: heading("lists"), sets: named.map(setView) }] : [];
}

function stateChain(
  way: Way,
  state: string,
  all: readonly Variant[],
  spelling: Spelling,
  used: readonly Way[],
): readonly string[] {
  const targets = all
    .filter((variant) => variant.way === way && variant.states.includes(state))
    .map(({ body, chains: [chain] }) => ({ body, ...(chain && { chain: chain.name }) }));
  const replies = way === "through" && used.includes("back") ? replyJump(`back_${stateName(state)}`).lines : [];
  return [...replies, ...dispatch(way, targets, spelling)];
}

const isFromAnywhere = ({ direction, verdict, match }: Rule): boolean =>
  direction === "forward" && verdict.kind === "accept" && !match.inInterface;

/** How a hook ends: the order of these rules is the planner's. */
function closedLines({ rules }: Ruleset): Shape["closed"] {
  const of = (direction: Direction): readonly string[] => {
    const closed = rules.filter(
      (rule) => rule.stage === "closed" && rule.direction === direction && rule.match.family !== "arp",
    );
    const log = closed.find((rule) => rule.log)?.log;
    return [...(log ? [logLine(log, direction)] : []), ...closed.map(closedLine)];
  };
  return { out: of("out"), in: of("in"), forward: of("forward") };
}

const units: Readonly<Record<number, string>> = { 1000: "second", 60000: "minute", 3600000: "hour" };

const logLine = ({ count, per }: NonNullable<Rule["log"]>, direction: Direction): string =>
  `limit rate ${count}/${units[per] ?? "hour"} burst ${count} packets log prefix "ksp closed-${direction}: " flags skuid`;

function closedLine({ match, verdict, from }: Rule): string {
  const protocol = match.transport?.kind === "tcp" ? "meta l4proto tcp " : "";
  const word =
    verdict.kind !== "reject" ? verdict.kind : verdict.with === "tcp-reset" ? "reject with tcp reset" : "reject";
  return `${protocol}counter ${word} comment "${from}"`;
}
