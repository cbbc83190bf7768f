import { type Plan, switchableOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import { type Family, families } from "../../net/address.ts";
import type { Emitter, Files } from "../emitter.ts";
import { interfaceClasses } from "../linux/classes.ts";
import { heading } from "../linux/layout.ts";
import { type Chain, underHeadings, type Variant, variants } from "../linux/variants.ts";
import type { Way } from "../linux/ways.ts";
import { canBeOwned, ownedFile } from "../nft/owned.ts";
import { template } from "../template.ts";
import { capabilities } from "./capabilities.ts";
import { body, closed, stateChain } from "./chains.ts";
import { closedLines } from "./closed-lines.ts";
import { type Forwarded, forwarded } from "./forwarded.ts";
import { type Hook, hooksOf, type JudgingTable, judgingTables } from "./hooks.ts";
import { chainName } from "./names.ts";
import { openness } from "./openness.ts";
import { pairLines, type RewriteHook, rewriteHooks, rewrittenOutput } from "./rewrites.ts";
import { setsText, timedSets, timedSwitch } from "./set-files.ts";
import { Sets } from "./sets.ts";
import type { Spelling } from "./words.ts";

/** Ruleset → iptables-restore files. One file a family holds every state; a switch replaces the first rule of each hook's chain. */
export const iptables: Emitter = { capabilities, emit };

interface Group {
  readonly heading: string;
  readonly chains: readonly { readonly lines: readonly string[] }[];
}
interface Table {
  readonly name: string;
  readonly declared: readonly string[];
  readonly groups: readonly Group[];
  readonly jumps: readonly string[];
}
interface Shape {
  readonly policy: string;
  readonly family: string;
  readonly extension: string;
  readonly state: string;
  readonly tables: readonly Table[];
}
type Entry = (way: Way, state: string) => string;

const extensions = { ipv4: "v4", ipv6: "v6" } as const;

function emit(plan: Plan): Files {
  const sets = new Sets();
  const states = switchableOf(plan);
  const rulesets: Spelling = { kind: "sets", sets };
  const files = families.flatMap((family): readonly [string, string][] => {
    const extension = extensions[family];
    const named = { policy: plan.policy, family: family === "ipv4" ? "IPv4" : "IPv6", extension };
    const whole = (all: readonly Ruleset[], spelling: Spelling, through = forwarded(all, family, spelling)): Shape => ({
      ...named,
      state: all[0]?.state ?? "",
      tables: tablesOf(all, family, spelling, through),
    });
    const rewriting = states[0] ? rewriteHooks(states[0], family, rulesets) : [];
    const through = forwarded(states, family, rulesets);
    const entry = entries(through);
    const first = (title: string, target: (to: string) => string, to: (way: Way) => string): string =>
      template<object>("iptables/switch.hbs")({ ...named, state: title, tables: firstRules(rewriting, target, to) });
    return [
      [
        `iptables/lockdown.${extension}`,
        template<Shape>("iptables/lockdown.hbs")(whole([plan.lockdown], { kind: "literals" })),
      ],
      [`iptables/ruleset.${extension}`, template<Shape>("iptables/ruleset.hbs")(whole(states, rulesets, through))],
      ...states.map(({ state }): [string, string] => [
        `iptables/switch/${stateName(state)}.${extension}`,
        first(
          `state ${state}`,
          (chain) => `-g ${chain}`,
          (way) => entry(way, state),
        ),
      ]),
      [
        `iptables/disable.${extension}`,
        first(
          "disabled: everything passes. Closed again by ruleset, and by every boot",
          () => "-m comment --comment disabled -j RETURN",
          () => "",
        ),
      ],
      [`iptables/uninstall.${extension}`, template<object>("iptables/uninstall.hbs")(named)],
    ];
  });
  const timed = timedSets(plan);
  const all = [...sets.all(), ...timed];
  return new Map([
    ...files,
    ...(all.length > 0 ? [["iptables/sets.ipset", setsText(plan.policy, all)] as const] : []),
    ...(timed.length > 0 ? states.map((to) => timedSwitch(plan.policy, to)) : []),
    ...(canBeOwned(plan) ? [["iptables/owned.nft", ownedFile(plan, "untranslated")] as const] : []),
    ["iptables/load.sh", template<object>("iptables/load.hbs")(openness(plan))],
  ]);
}

/** Where a state's packets of a way go first. */
const entries =
  (through: Forwarded): Entry =>
  (way, state) =>
    way === "through" ? through.entry(state) : chainName(`${way}_${stateName(state)}`);

const firstRules = (
  rewriting: readonly RewriteHook[],
  target: (chain: string) => string,
  to: (way: Way) => string,
): readonly { readonly name: string; readonly lines: readonly string[] }[] => [
  ...judgingTables.map((name) => ({
    name,
    lines: hooksOf[name].map((hook) => `-R ${hook.chain} 1 ${target(to(hook.way))}`),
  })),
  ...(rewriting.length > 0
    ? [{ name: "nat", lines: rewriting.map(({ chain, rewrites }) => `-R ${chain} 1 ${target(rewrites.name)}`) }]
    : []),
];

function tablesOf(
  rulesets: readonly Ruleset[],
  family: Family,
  spelling: Spelling,
  through: Forwarded,
): readonly Table[] {
  const [first] = rulesets;
  if (!first) throw new Error("a plan has states");
  const rewriting = rewriteHooks(first, family, spelling);
  return [
    ...judgingTables.map((name) => judgingTable(name, rulesets, family, spelling, through)),
    ...(rewriting.length > 0 ? [natTable(rewriting)] : []),
  ];
}

function judgingTable(
  name: JudgingTable,
  rulesets: readonly Ruleset[],
  family: Family,
  spelling: Spelling,
  through: Forwarded,
): Table {
  const [first] = rulesets;
  if (!first) throw new Error("a plan has states");
  const hooks = hooksOf[name];
  const judgedWays = hooks.map(({ way }) => way).filter((way) => way !== "through");
  const all = interfaceClasses(rulesets).map((of) =>
    judgedWays.flatMap((way) =>
      variants(of, way, rulesets, (ruleset) => body(ruleset, way, of, family, spelling, name)),
    ),
  );
  const entry = entries(through);
  const ofAny = (way: Way, ruleset: Ruleset) =>
    name === "mangle"
      ? pairLines(ruleset, family, spelling)
      : way === "out"
        ? rewrittenOutput(ruleset, family, spelling)
        : [];
  const hookChains = hooks.map(
    ({ chain, way }): Chain => ({
      name: chain,
      sections: [{ title: "", lines: [`-g ${entry(way, first.state)}`, "-j DROP"] }],
    }),
  );
  const closedChains = hooks.map(
    ({ way }): Chain => ({
      name: closed(way),
      sections: [{ title: "", lines: closedLines(first, way, name, family) }],
    }),
  );
  return table(name, hooks, [
    {
      heading: heading("hooks: the first rule is the state, switch/<state> replaces it and nothing else"),
      chains: hookChains,
    },
    { heading: heading("closed: where whatever is not let pass ends"), chains: closedChains },
    ...rulesets.map((ruleset) => ({
      heading: heading(ruleset.state),
      chains: judgedWays.map((way) =>
        stateChain(way, ruleset.state, all.flat() as readonly Variant[], family, spelling, ofAny(way, ruleset)),
      ),
    })),
    ...(name === "filter" ? through.groups : []),
    ...all.flatMap((of) => underHeadings(of, rulesets.length)),
  ]);
}

const natTable = (rewriting: readonly RewriteHook[]): Table =>
  table("nat", rewriting, [
    {
      heading: heading("hooks: the first rule says whether anything is rewritten"),
      chains: rewriting.map(({ chain, rewrites }) => ({
        name: chain,
        sections: [{ title: "", lines: [`-g ${rewrites.name}`] }],
      })),
    },
    { heading: heading("rewrites"), chains: rewriting.map(({ rewrites }) => rewrites) },
  ]);

const table = (
  name: string,
  hooks: readonly Hook[],
  groups: readonly { readonly heading: string; readonly chains: readonly Chain[] }[],
): Table => ({
  name,
  declared: groups.flatMap(({ chains }) => chains.map((chain) => chain.name)),
  groups: groups.map((group) => ({ heading: group.heading, chains: group.chains.map(chainView) })),
  jumps: hooks.map(({ hook, chain }) => `-I ${hook} 1 -j ${chain}`),
});

const chainView = ({ name, sections }: Chain) => ({
  lines: sections.flatMap(({ title, lines }) => [
    ...(title === "" ? [] : [`# ${title}`]),
    ...lines.map((line) => `-A ${name} ${line}`),
  ]),
});
