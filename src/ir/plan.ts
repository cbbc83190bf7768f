import { atBoot } from "./lockdown.ts";
import type { Name, Os, Policy } from "./policy.ts";
import { rewrites } from "./rewrites.ts";
import { type Rule, type Ruleset, stages } from "./ruleset.ts";
import { antiSpoofStage } from "./stages/anti-spoof.ts";
import { appStage } from "./stages/app.ts";
import { closedStage } from "./stages/closed.ts";
import { denyListStage } from "./stages/deny-list.ts";
import { dnsDenyStage } from "./stages/dns-deny.ts";
import { dnsInsideStage } from "./stages/dns-inside.ts";
import { endpointStage } from "./stages/endpoint.ts";
import { exemptionStage } from "./stages/exemption.ts";
import { helperStage } from "./stages/helper.ts";
import { infrastructureStage } from "./stages/infrastructure.ts";
import { lanStage } from "./stages/lan.ts";
import { loopbackStage } from "./stages/loopback.ts";
import { loopbackDenyStage } from "./stages/loopback-deny.ts";
import { portalStage } from "./stages/portal.ts";
import { probeStage } from "./stages/probe.ts";
import type { PlanStage } from "./stages/rule.ts";
import { tunnelStage } from "./stages/tunnel.ts";
import { tunnelOnlyStage } from "./stages/tunnel-only.ts";
import { unprotectedStage } from "./stages/unprotected.ts";
import { enforcingStates, lockdownState, portalState, type State, type StateKey } from "./states.ts";

/** One per system: names, identities and paths differ. nft and iptables share the Linux plan. */
export interface Plan {
  readonly policy: Name;
  readonly os: Os;
  /** Every state that the runtime moves between, from all down to all up. */
  readonly states: readonly Ruleset[];
  /** Everything down, and what a captive portal needs, for a while. */
  readonly portal?: Ruleset;
  /** What boots: `down` in literals only. */
  readonly lockdown: Ruleset;
  readonly moves: readonly Move[];
  readonly settings: readonly Setting[];
}

/** The plan for a system, of those that were made. */
export function planOn(os: Os, plans: readonly Plan[]): Plan {
  const found = plans.find((each) => each.os === os);
  if (!found) throw new Error(`no plan for ${os}`);
  return found;
}

/** What a switch puts in force: every state, and the portal. */
export const switchableOf = ({ states, portal }: Plan): readonly Ruleset[] => (portal ? [...states, portal] : states);

/** Every ruleset of a plan, from the one that boots to the portal. */
export const rulesetsOf = (plan: Plan): readonly Ruleset[] => [plan.lockdown, ...switchableOf(plan)];

/** A change of one chain by one hop. Every other change is a sequence of these, or a jump to a lower state. */
interface Move {
  readonly from: StateKey;
  readonly to: StateKey;
}

interface Setting {
  readonly kind: "sysctl";
  readonly key: string;
  readonly atLeast: number;
  readonly reason: string;
}

const inOrder: Readonly<Record<(typeof stages)[number], PlanStage>> = {
  helper: helperStage,
  "loopback-deny": loopbackDenyStage,
  loopback: loopbackStage,
  infrastructure: infrastructureStage,
  endpoint: endpointStage,
  probe: probeStage,
  "anti-spoof": antiSpoofStage,
  "deny-list": denyListStage,
  app: appStage,
  "dns-inside": dnsInsideStage,
  "dns-deny": dnsDenyStage,
  tunnel: tunnelStage,
  "tunnel-only": tunnelOnlyStage,
  portal: portalStage,
  lan: lanStage,
  exemption: exemptionStage,
  unprotected: unprotectedStage,
  closed: closedStage,
};

export function plan(policy: Policy, os: Os): Plan {
  const states = enforcingStates(policy);
  return {
    policy: policy.name,
    os,
    states: states.map((state) => ruleset(policy, os, state)),
    ...(policy.portal && { portal: ruleset(policy, os, portalState(policy)) }),
    lockdown: ruleset(atBoot(policy), os, lockdownState(policy)),
    moves: movesBetween(states),
    settings: os === "linux" ? settings(policy) : [],
  };
}

/** Every state with its ruleset: those that the runtime moves between, the portal, lockdown. */
export function inEveryState(
  policy: Policy,
  { states, portal, lockdown }: Plan,
): readonly { readonly state: State; readonly ruleset: Ruleset }[] {
  const enforcing = enforcingStates(policy).map((state, i) => ({ state, ruleset: states[i] }));
  const all = [
    ...enforcing,
    ...(portal ? [{ state: portalState(policy), ruleset: portal }] : []),
    { state: lockdownState(policy), ruleset: lockdown },
  ];
  return all.map(({ state, ruleset }) => {
    if (ruleset?.state !== state.key) throw new Error(`no ruleset for ${state.key}`);
    return { state, ruleset };
  });
}

const ruleset = (policy: Policy, os: Os, state: State): Ruleset => ({
  state: state.key,
  rewrites: rewrites(policy, os, state),
  rules: stages.flatMap((stage) => sorted(stage, inOrder[stage](policy, os, state))),
});

/** The verdicts of a stage are one, so any order means the same; this one makes output independent of the order of statements. `closed` is already in order. */
function sorted(stage: (typeof stages)[number], rules: readonly Rule[]): readonly Rule[] {
  if (stage === "closed" || rules.length < 2) return rules;
  const keyed = rules.map((rule, index) => ({ rule, index, key: rule.from }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index)).map(({ rule }) => rule);
}

function movesBetween(states: readonly State[]): readonly Move[] {
  return states.flatMap((from) =>
    states.filter((to) => distance(from, to) === 1).map((to) => ({ from: from.key, to: to.key })),
  );
}

const distance = (a: State, b: State): number =>
  [...a.levels].reduce((sum, [chain, level]) => sum + Math.abs(level - (b.levels.get(chain) ?? 0)), 0);

/** ARP knows no connection and no owner of an address: where a tunnel's address is assigned, the kernel itself must keep quiet about it. */
function settings(policy: Policy): readonly Setting[] {
  if (policy.tunnels.every((t) => t.address.kind === "static")) return [];
  const reason = "an assigned tunnel address is not told to neighbours";
  return [
    { kind: "sysctl", key: "net.ipv4.conf.all.arp_announce", atLeast: 2, reason },
    { kind: "sysctl", key: "net.ipv4.conf.all.arp_ignore", atLeast: 1, reason },
  ];
}
