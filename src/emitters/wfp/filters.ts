import { canonicalJson } from "../../ir/canonical.ts";
import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { type InterfaceSet, type Rule, type Ruleset, type Stage, stages, type Zone } from "../../ir/ruleset.ts";
import type { WfpConditions, WfpFilter } from "../../ir/wfp-document.ts";
import { conditionsAt } from "./conditions.ts";
import { keyOf } from "./keys.ts";
import { type Place, places } from "./layers.ts";

type Unkeyed = Omit<WfpFilter, "key">;
interface Draft extends Unkeyed {
  readonly stage: Stage;
}

/** Aliases of all interfaces that a plan names: what is said of the rest is said of none of them. */
export function namedInterfaces(plan: Plan): readonly string[] {
  const sets = rulesetsOf(plan).flatMap(({ rules }) => rules.map(interfacesOf));
  return [...new Set(sets.flatMap((set) => (set && set.kind !== "loopback" ? set.zones.flatMap(aliases) : [])))].sort();
}

const aliases = ({ devices }: Zone): readonly string[] =>
  devices.flatMap((device) => (device.kind === "named" ? [device.name] : []));

const interfacesOf = ({ direction, match }: Rule): InterfaceSet | undefined =>
  direction === "in" ? match.inInterface : match.outInterface;

/**
 * The filters of one state, layer by layer, the heaviest first. What has an interface of its own, or is loopback, is decided
 * above all else, so that no filter has to say "on any other interface": WFP has no word for it that holds for two.
 */
export function filtersOf(ruleset: Ruleset, lockdown: Ruleset, named: readonly string[]): readonly WfpFilter[] {
  const atBoot = new Set(drafts(lockdown, named).filter(lasts).map(content));
  const lasting = (draft: Draft): boolean => lasts(draft) && atBoot.has(content(draft));
  const all = drafts(ruleset, named).flatMap((draft) => lifetimes(draft, lasting(draft)));
  const distinct = new Map(all.map((filter) => [content(filter), filter]));
  return [...distinct].map(([text, filter]) => ({ ...filter, key: keyOf(text) }));
}

const drafts = (ruleset: Ruleset, named: readonly string[]): readonly Draft[] =>
  places.flatMap((place) =>
    [...needed(atPlace(ruleset, place, named), named), ...closed(place, named)].sort((a, b) => b.weight - a.weight),
  );

/** One weight a stage and side, so one action a weight. */
const weightOf = (stage: Stage, side: Side): number =>
  stages.length - stages.indexOf(stage) + (side === "rest" ? 0 : above);
const above = 100;

type Side = "loopback" | "named" | "rest";

function atPlace({ rules }: Ruleset, place: Place, named: readonly string[]): readonly Draft[] {
  return rules
    .filter((rule) => rule.direction === place.direction && rule.stage !== "closed")
    .flatMap((rule) => {
      const conditions = conditionsAt(rule.match, place);
      return sidesOf(interfacesOf(rule), named).flatMap(({ side, when }) =>
        conditions.map((common) => draft(rule.stage, side, place, rule, { ...when, ...common })),
      );
    });
}

function sidesOf(
  set: InterfaceSet | undefined,
  named: readonly string[],
): readonly { side: Side; when: WfpConditions }[] {
  const loopback = { side: "loopback", when: { loopback: true } } as const;
  const on = (interfaces: readonly string[]) =>
    interfaces.length > 0 ? [{ side: "named", when: { interface: interfaces } } as const] : [];
  const rest = { side: "rest", when: {} } as const;
  switch (set?.kind) {
    case undefined:
      return [loopback, ...on(named), rest];
    case "loopback":
      return [loopback];
    case "one-of":
      return on(set.zones.flatMap(aliases).toSorted());
    case "none-of": {
      const others = set.zones.flatMap(aliases);
      return [...on(named.filter((name) => !others.includes(name))), rest];
    }
  }
}

const draft = (
  stage: Stage,
  side: Side,
  { layer }: Place,
  rule: Pick<Rule, "from" | "verdict">,
  when: WfpConditions,
): Draft => ({
  stage,
  name: rule.from,
  layer,
  weight: weightOf(stage, side),
  action: rule.verdict.kind === "accept" ? "permit" : "block",
  lifetime: "static",
  when,
});

/** Everything left. What has an interface of its own is not left to the filters of the rest. */
function closed(place: Place, named: readonly string[]): readonly Draft[] {
  const rule = { from: `closed-${place.direction}`, verdict: { kind: "drop" } } as const;
  const isJudged = place.direction !== "forward";
  return [
    ...(isJudged && named.length > 0 ? [draft("closed", "named", place, rule, { interface: named })] : []),
    draft("closed", "rest", place, rule, {}),
  ];
}

/** Without what nothing is left for, and refusals that no lighter permit of their interfaces could contradict. */
function needed(all: readonly Draft[], named: readonly string[]): readonly Draft[] {
  const sorted = all.toSorted((a, b) => b.weight - a.weight);
  const decided = sorted.find(({ when }) => canonicalJson(when) === '{"loopback":true}');
  return sorted.flatMap((one): readonly Draft[] => {
    if (one.when.loopback && decided && one.weight < decided.weight) return [];
    if (one.action === "permit") return [one];
    const open = sorted.filter(({ action, weight }) => action === "permit" && weight < one.weight);
    if (one.when.loopback) return open.some(({ when }) => when.loopback) ? [one] : [];
    if (!one.when.interface) return open.some(({ when }) => !when.interface && !when.loopback) ? [one] : [];
    const left = one.when.interface.filter((name) => open.some(({ when }) => when.interface?.includes(name)));
    if (left.length === 0) return [];
    return [{ ...one, when: { ...one.when, interface: left.length === named.length ? named : left } }];
  });
}

const lastingStages: readonly Stage[] = ["helper", "loopback-deny", "loopback", "infrastructure", "endpoint", "closed"];

/** What may outlast the daemon: LUIDs are looked up when filters are added, and a card may have another after a boot. */
const lasts = ({ stage, when }: Draft): boolean => lastingStages.includes(stage) && when.interface === undefined;

/** Before the engine starts there is nothing but this machine, and no program is known. */
function lifetimes(one: Draft, isLasting: boolean): readonly Unkeyed[] {
  const { stage, ...filter } = one;
  if (!isLasting) return [filter];
  const { program, service, loopback } = filter.when;
  const isForBoot = (stage === "closed" || loopback === true) && !program && !service;
  return [{ ...filter, lifetime: "persistent" }, ...(isForBoot ? [{ ...filter, lifetime: "boot" } as const] : [])];
}

const content = ({ name, layer, weight, action, lifetime, when }: Unkeyed): string =>
  canonicalJson({ name, layer, weight, action, lifetime, when });
