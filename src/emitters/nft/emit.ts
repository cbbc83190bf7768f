import type { Plan } from "../../ir/plan.ts";
import type { Direction, Rule, Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import type { Emitter, Files } from "../emitter.ts";
import { interfaceClasses } from "../linux/classes.ts";
import { heading } from "../linux/layout.ts";
import { underHeadings, type Variant, variants } from "../linux/variants.ts";
import { type Way, ways } from "../linux/ways.ts";
import { template } from "../template.ts";
import { type ArpTable, arpTables } from "./arp.ts";
import { portalTimer, replyJump } from "./body.ts";
import { capabilities } from "./capabilities.ts";
import { body, type ChainView, chainView, dispatch, indent } from "./chains.ts";
import { egressFault, egressFile } from "./egress.ts";
import { pairLines } from "./pairs.ts";
import { type RewriteChain, rewriteChains, rewrittenOutput } from "./rewrites.ts";
import { Sets, type SetView, setView } from "./sets.ts";
import { Slices } from "./slices.ts";
import type { Spelling } from "./words.ts";

/** Ruleset → nftables. One file holds every state; a switch replaces one `goto` per direction in one transaction. */
export const nft: Emitter = { capabilities, emit, egressFault };

interface Group {
  readonly heading: string;
  readonly chains: readonly ChainView[];
}
interface Shape {
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
  readonly lists: readonly { readonly heading: string; readonly sets: readonly SetView[] }[];
  readonly states: readonly Group[];
  readonly classes: readonly Group[];
  readonly arp: readonly ArpTable[];
}

function emit(plan: Plan, egress: readonly string[] = []): Files {
  const sets = new Sets();
  const slices = new Slices(slicesOf(plan));
  const states = allStates(plan);
  const ruleset = shape(plan, states, { kind: "sets", sets, slices }, sets);
  const lockdown = shape(plan, [plan.lockdown], { kind: "literals" }, new Sets());
  const { through, timer } = ruleset;
  const switchTo = template<SwitchView>("nft/switch.hbs");
  const switches = states.map((to): [string, string] => {
    const name = stateName(to.state);
    const opens = to === plan.portal ? timer.map(() => ({ limit: limitOf(to) })) : [];
    return [`nft/switch/${name}.nft`, switchTo({ policy: plan.policy, state: to.state, name, through, timer, opens })];
  });
  return new Map([
    ["nft/ruleset.nft", template<Shape>("nft/ruleset.hbs")(ruleset)],
    ["nft/lockdown.nft", template<Shape>("nft/lockdown.hbs")(lockdown)],
    ...switches,
    ["nft/disable.nft", template<Shape & Hooked>("nft/disable.hbs")({ ...ruleset, egress })],
    ["nft/uninstall.nft", template<Hooked>("nft/uninstall.hbs")({ egress })],
    ...egress.map((device): [string, string] => [`nft/egress/${device}.nft`, egressFile(plan, device)]),
  ]);
}

/** Devices with a table of their own, for frames. */
interface Hooked {
  readonly egress: readonly string[];
}

interface SwitchView {
  readonly policy: string;
  readonly state: string;
  readonly name: string;
  readonly through: readonly string[];
  readonly timer: readonly string[];
  readonly opens: readonly { readonly limit: string }[];
}

/** In nft's words for a time: `300s`, `1500ms`. */
function limitOf({ rules }: Ruleset): string {
  const milliseconds = Math.max(...rules.map((rule) => rule.expiresAfter ?? 0));
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

const slicesOf = (plan: Plan): readonly string[] =>
  allStates(plan)
    .flatMap((ruleset) => ruleset.rules)
    .flatMap((rule) => rule.match.owner?.flat() ?? [])
    .flatMap((identity) => (identity.kind === "slice" ? [identity.path] : []));

function shape(plan: Plan, rulesets: readonly Ruleset[], spelling: Spelling, sets: Sets): Shape {
  const [first] = rulesets;
  if (!first) throw new Error("a plan has states");
  const all = interfaceClasses(rulesets).map((of) =>
    ways.flatMap((way) => variants(of, way, rulesets, (...at) => body(...at, spelling))),
  );
  const used = ways.filter(
    (way) => way === "out" || way === "in" || all.flat().some((v) => v.way === way && v.chains.length > 0),
  );
  const rewriting = rewriteChains(first, spelling);
  const named = sets.all();
  return {
    policy: plan.policy,
    state: stateName(first.state),
    closed: closedLines(first),
    through: used.includes("through") ? [""] : [],
    fromAnywhere: rulesets.some((ruleset) => ruleset.rules.some(isFromAnywhere)) ? [""] : [],
    pairs: pairLines(rulesets, spelling),
    rewritten: rewrittenOutput(first, spelling),
    marking: spelling.kind === "sets" ? spelling.slices.marking() : [],
    timer: rulesets.some(({ rules }) => rules.some((rule) => rule.expiresAfter !== undefined)) ? [portalTimer] : [],
    rewrites: rewriting.length > 0 ? [{ heading: heading("rewrites"), chains: rewriting }] : [],
    lists: named.length > 0 ? [{ heading: heading("lists"), sets: named.map(setView) }] : [],
    states: rulesets.map(
      ({ state }): Group => ({
        heading: heading(state),
        chains: used.map((way) => ({
          name: `${way}_${stateName(state)}`,
          body: indent(stateChain(way, state, all.flat(), spelling, used)),
        })),
      }),
    ),
    classes: all
      .flatMap((of) => underHeadings(of, rulesets.length))
      .map(({ heading, chains }) => ({ heading, chains: chains.map(chainView) })),
    arp: arpTables(first, spelling),
  };
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

const allStates = ({ states, portal }: Plan): readonly Ruleset[] => (portal ? [...states, portal] : states);
