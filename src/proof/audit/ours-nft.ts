import { type Plan, rulesetsOf, switchableOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import { families } from "../../net/address.ts";
import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Chain, Program, Table } from "../readers/nft/program.ts";
import { readListing } from "../readers/nft/read-listing.ts";
import type { Comparison, Difference } from "../translation/comparison.ts";
import { differentRewrites } from "../translation/same-rewrites.ts";
import { allows, arpTable, differentRules, ipTable } from "../translation/same-rules.ts";
import { witness } from "../witness.ts";
import { type AuditFinding, type Judged, nowhere, type Place } from "./finding.ts";
import { isWithin, lacking, notInForce, switchedOff } from "./ours.ts";

/** Our own tables as a kernel lists them, or why they cannot be judged. */
export type OursListed = { readonly program: Program } | { readonly absent: AuditFinding };

export function readOurs(text: string, file: string, plan: Plan): OursListed {
  const states = rulesetsOf(plan).map(({ state }) => state);
  const read = readListing(text);
  if ("fault" in read) {
    const { place: line, reason } = read.fault;
    const place: Place = { file, line: Math.max(1, line), text: `object ${line} of the listing` };
    return { absent: { kind: "absent", states, reason: `they are not understood: ${reason}`, place } };
  }
  return { program: read.program };
}

/** Where our tables are not there, or do not say what was planned: in the state that is in force, and in each that may follow. */
export function absences(plan: Plan, program: Program, comparison: Comparison): Judged {
  const all = rulesetsOf(plan);
  const states = all.map(({ state }) => state);
  const ip = program.tables.get(ipTable);
  const missing = [ipTable, arpTable].filter((name) => !program.tables.has(name));
  if (!ip || missing.length > 0) {
    const reason = `there is no table ${missing.join(", and none ")}`;
    const leak = leaked(plan, ip ? comparison.space.family("arp") : comparison.ip, comparison);
    return nowhere({ kind: "absent", states, reason, ...(leak && { shown: { packet: leak } }) });
  }
  const inForce = all.find((ruleset) => !different(ruleset, program, comparison));
  if (!inForce) return nowhere(outOfForce(plan, program, comparison));
  if (inForce.state === plan.lockdown.state) return { findings: [], inForce: inForce.state };
  const findings = plan.states.flatMap((ruleset) => {
    if (ruleset === inForce) return [];
    const switched = switchedTo(ruleset.state, ip);
    if (!switched) return [lacking(ruleset.state, "its rules are not loaded")];
    const tables = new Map([...program.tables, [ipTable, switched]]);
    const found = different(ruleset, { tables }, comparison);
    return found ? [lacking(ruleset.state, `once it is in force ${found.says}`, found)] : [];
  });
  return { findings, inForce: inForce.state };
}

/** A packet that the policy refuses and nothing here would. */
function leaked({ lockdown, states }: Plan, within: PacketSet, comparison: Comparison) {
  const { space } = comparison;
  const [ruleset = lockdown] = states;
  const refused = within.intersect(space.direction("out", "in")).minus(comparison.planned(ruleset, "filled").accepted);
  return witness(refused.intersect(space.direction("out")), space) ?? witness(refused, space);
}

/** No state is in force as planned: the one that was meant to be, or else the first. */
function outOfForce(plan: Plan, program: Program, comparison: Comparison): AuditFinding {
  if (!allows(comparison, program)) return switchedOff(plan.states.map(({ state }) => state));
  const target = program.tables.get(ipTable)?.chains.get("out")?.rules[0]?.verdict;
  const named = target?.kind === "goto" ? target.chain : "";
  const meant = switchableOf(plan).find(({ state }) => named === `out_${stateName(state)}`);
  const ruleset = meant ?? plan.states[0] ?? plan.lockdown;
  return notInForce([ruleset.state], different(ruleset, program, comparison));
}

function different(ruleset: Ruleset, program: Program, comparison: Comparison): Difference | undefined {
  const state = { ruleset, program: asLoaded(program, ruleset), filling: "as-loaded", isOpen: true } as const;
  return differentRules(comparison, state) ?? differentRewrites(comparison, state);
}

/** Our table with another state in force; undefined where a chain of it is not there. */
function switchedTo(state: string, table: Table): Table | undefined {
  const chains = new Map<string, Chain>(table.chains);
  for (const name of ["out", "through", "in"]) {
    const chain = table.chains.get(name);
    if (!chain) continue;
    const to = `${name}_${stateName(state)}`;
    if (!table.chains.has(to)) return undefined;
    chains.set(name, { ...chain, rules: [{ line: 0, conditions: [], verdict: { kind: "goto", chain: to } }] });
  }
  return { ...table, chains };
}

function asLoaded({ tables }: Program, { rules }: Ruleset): Program {
  const refreshed = new Map<string, { readonly set: AddressSet; readonly within: AddressSet }>();
  for (const { match } of rules)
    for (const { table, set, within } of [match.source, match.destination].flatMap((one) => one ?? []))
      if (table !== undefined && within)
        for (const family of families)
          refreshed.set(`${table}_${family}`, { set: ofFamily(set, family), within: ofFamily(within, family) });
  if (refreshed.size === 0) return { tables };
  const changed = [...tables].map(([key, table]): readonly [string, Table] => {
    const sets = [...table.sets].map(([name, held]) => {
      const bounds = refreshed.get(name);
      if (!bounds || held.kind !== "addresses") return [name, held] as const;
      return [name, isWithin(held.ranges, bounds.within) ? { ...held, ranges: bounds.set } : held] as const;
    });
    return [key, { ...table, sets: new Map(sets) }];
  });
  return { tables: new Map(changed) };
}
