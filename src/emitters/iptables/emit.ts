import type { Plan } from "../../ir/plan.ts";
import type { Direction, Rule, Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import type { Family } from "../../net/address.ts";
import type { Emitter, Files } from "../emitter.ts";
import { interfaceClasses } from "../linux/classes.ts";
import { heading } from "../linux/layout.ts";
import { type Chain, underHeadings, type Variant, variants } from "../linux/variants.ts";
import type { Way } from "../linux/ways.ts";
import { template } from "../template.ts";
import { capabilities } from "./capabilities.ts";
import { body, closed, stateChain } from "./chains.ts";
import { type Hook, hooksOf, type TableName, tableNames } from "./hooks.ts";
import { chainName } from "./names.ts";
import { type NamedSet, Sets } from "./sets.ts";
import type { Spelling } from "./words.ts";

/** Ruleset → iptables-restore files. One file a family holds every state; a switch replaces the first rule of each hook's chain. */
export const iptables: Emitter = { capabilities, emit };

interface Group {
  readonly heading: string;
  readonly chains: readonly { readonly lines: readonly string[] }[];
}
interface Table {
  readonly name: TableName;
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

const extensions = { ipv4: "v4", ipv6: "v6" } as const;
const families: readonly Family[] = ["ipv4", "ipv6"];

function emit(plan: Plan): Files {
  const sets = new Sets();
  const states = [...plan.states, ...(plan.portal ? [plan.portal] : [])];
  const files = families.flatMap((family): readonly [string, string][] => {
    const extension = extensions[family];
    const named = { policy: plan.policy, family: family === "ipv4" ? "IPv4" : "IPv6", extension };
    const whole = (rulesets: readonly Ruleset[], spelling: Spelling): Shape => ({
      ...named,
      state: rulesets[0]?.state ?? "",
      tables: tableNames.map((table) => tableOf(table, rulesets, family, spelling)),
    });
    const first = (state: string, target: (hook: Hook) => string): string =>
      template<object>("iptables/switch.hbs")({ ...named, state, tables: firstRules(target) });
    return [
      [
        `iptables/lockdown.${extension}`,
        template<Shape>("iptables/lockdown.hbs")(whole([plan.lockdown], { kind: "literals" })),
      ],
      [`iptables/ruleset.${extension}`, template<Shape>("iptables/ruleset.hbs")(whole(states, { kind: "sets", sets }))],
      ...states.map(({ state }): [string, string] => [
        `iptables/switch/${stateName(state)}.${extension}`,
        first(`state ${state}`, ({ way }) => `-g ${entry(way, state)}`),
      ]),
      [
        `iptables/disable.${extension}`,
        first(
          "disabled: everything passes. Closed again by ruleset, and by every boot",
          () => "-m comment --comment disabled -j RETURN",
        ),
      ],
      [`iptables/uninstall.${extension}`, template<object>("iptables/uninstall.hbs")(named)],
    ];
  });
  const all = sets.all();
  return new Map([
    ...files,
    ...(all.length > 0 ? [["iptables/sets.ipset", setsText(plan.policy, all)] as const] : []),
    ["iptables/load.sh", template<object>("iptables/load.hbs")({})],
  ]);
}

const setsText = (policy: string, sets: readonly NamedSet[]): string =>
  template<object>("iptables/sets.hbs")({ policy, sets });

/** Where a state's packets of a way go first. Nothing is forwarded in any state. */
const entry = (way: Way, state: string): string =>
  way === "through" ? closed(way) : chainName(`${way}_${stateName(state)}`);

const firstRules = (target: (hook: Hook) => string) =>
  tableNames.map((name) => ({
    name,
    lines: hooksOf[name].map((hook) => `-R ${hook.chain} 1 ${target(hook)}`),
  }));

function tableOf(name: TableName, rulesets: readonly Ruleset[], family: Family, spelling: Spelling): Table {
  const [first] = rulesets;
  if (!first) throw new Error("a plan has states");
  const hooks = hooksOf[name];
  const judgedWays = hooks.map(({ way }) => way).filter((way) => way !== "through");
  const all = interfaceClasses(rulesets).map((of) =>
    judgedWays.flatMap((way) => variants(of, way, rulesets, (ruleset) => body(ruleset, way, of, family, spelling))),
  );
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
  const groups: readonly { readonly heading: string; readonly chains: readonly Chain[] }[] = [
    {
      heading: heading("hooks: the first rule is the state, switch/<state> replaces it and nothing else"),
      chains: hookChains,
    },
    { heading: heading("closed: where whatever is not let pass ends"), chains: closedChains },
    ...rulesets.map(({ state }) => ({
      heading: heading(state),
      chains: judgedWays.map((way) => stateChain(way, state, all.flat() as readonly Variant[], family, spelling)),
    })),
    ...all.flatMap((of) => underHeadings(of, rulesets.length)),
  ];
  return {
    name,
    declared: groups.flatMap(({ chains }) => chains.map((chain) => chain.name)),
    groups: groups.map((group) => ({ heading: group.heading, chains: group.chains.map(chainView) })),
    jumps: hooks.map(({ hook, chain }) => `-I ${hook} 1 -j ${chain}`),
  };
}

const chainView = ({ name, sections }: Chain) => ({
  lines: sections.flatMap(({ title, lines }) => [
    ...(title === "" ? [] : [`# ${title}`]),
    ...lines.map((line) => `-A ${name} ${line}`),
  ]),
});

const units: Readonly<Record<number, string>> = { 1000: "second", 60000: "minute", 3600000: "hour" };

/** How a hook ends: the order of these rules is the planner's. In mangle nobody can be told, and output has told it. */
function closedLines({ rules }: Ruleset, way: Way, table: TableName, family: Family): readonly string[] {
  const direction: Direction = way === "out" || way === "in" ? way : "forward";
  const lines = rules.filter(
    (rule) => rule.stage === "closed" && rule.direction === direction && rule.match.family !== "arp",
  );
  if (table === "mangle") return [`-m comment --comment closed-${direction} -j DROP`];
  const log = lines.find((rule) => rule.log)?.log;
  return [...(log ? [logLine(log, direction)] : []), ...lines.map((rule) => closedLine(rule, family))];
}

const logLine = ({ count, per }: NonNullable<Rule["log"]>, direction: Direction): string =>
  `-m limit --limit ${count}/${units[per] ?? "hour"} --limit-burst ${count} -j LOG --log-prefix "ksp closed-${direction}: " --log-uid`;

function closedLine({ match, verdict, from }: Rule, family: Family): string {
  const protocol = match.transport?.kind === "tcp" ? "-p tcp " : "";
  const unreachable = family === "ipv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable";
  const word =
    verdict.kind !== "reject"
      ? "DROP"
      : `REJECT --reject-with ${verdict.with === "tcp-reset" ? "tcp-reset" : unreachable}`;
  return `${protocol}-m comment --comment ${from} -j ${word}`;
}
