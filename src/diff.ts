import { readFor, type TargetOptions } from "./check-for.ts";
import { Deciders } from "./decider.ts";
import { type Diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";
import type { DiffReport } from "./diff-schema.ts";
import { statesText } from "./emitters/review/states.ts";
import { canonicalJson } from "./ir/canonical.ts";
import { evaluate } from "./ir/evaluate.ts";
import type { Origins } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import { type Plan, rulesetsOf } from "./ir/plan.ts";
import type { Os, Policy } from "./ir/policy.ts";
import type { Ruleset } from "./ir/ruleset.ts";
import type { StateKey } from "./ir/states.ts";
import { systemNames, systems } from "./ir/systems.ts";
import { formatAddress } from "./net/address.ts";
import { type Change, changesBetween } from "./proof/changes.ts";
import { filled } from "./proof/filled.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import { tooLarge } from "./prove.ts";

/** What two policies treat otherwise: empty in every list where nothing is. */
export interface Diff extends DiffReport {
  /** `states.txt` of both. */
  readonly rules: { readonly before: string; readonly after: string };
}
type DiffLine = DiffReport["opened"][number];
type Decision = DiffLine["before"][number];
type Statement = DiffReport["statements"]["added"][number];

export interface Compared {
  /** Absent when there is an error. */
  readonly diff?: Diff;
  /** Every file that was read. */
  readonly sources: readonly Source[];
  /** Errors alone: a diff is no check. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What becomes otherwise when a policy is exchanged for another, on the system of the first target. A policy with a leak is compared, too. */
export function diff(
  before: Source,
  after: Source,
  options: readonly [TargetOptions, TargetOptions] = [{}, {}],
): Compared {
  const [a, b] = [sideOf(before, options[0]), sideOf(after, options[1])];
  const sources = [...a.sources, ...b.sources];
  if (!a.side || !b.side) return { sources, diagnostics: [...a.diagnostics, ...b.diagnostics] };
  try {
    return { diff: compare(a.side, b.side), sources, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { sources, diagnostics: [tooLarge(b.side.origins)] };
  }
}

interface Side {
  readonly policy: Policy;
  readonly plan: Plan;
  readonly origins: Origins;
  readonly deciders: Deciders;
}

function sideOf(
  source: Source,
  options: TargetOptions,
): { readonly side?: Side; readonly sources: readonly Source[]; readonly diagnostics: readonly Diagnostic[] } {
  const { policy, origins, plan, sources: others, diagnostics } = readFor(source, options);
  const sources = [source, ...others];
  if (!policy || !origins || !plan) return { sources, diagnostics: diagnostics.filter(isError) };
  return { side: { policy, plan, origins, deciders: new Deciders(origins, sources) }, sources, diagnostics: [] };
}

function compare(before: Side, after: Side): Diff {
  const [a, b] = [statesOf(before), statesOf(after)];
  const pairs = [...a].flatMap(([state, ruleset]) => {
    const other = b.get(state);
    return ruleset && other ? [{ state, before: ruleset, after: other }] : [];
  });
  const { opened, closed } = changesBetween(pairs);
  const line = ({ states, packets, witness }: Change): DiffLine => {
    const decisions = (of: ReadonlyMap<StateKey, Ruleset | undefined>, { deciders }: Side) =>
      distinct(
        states.flatMap((state): readonly Decision[] => {
          const ruleset = of.get(state);
          const judged = ruleset && evaluate(ruleset, witness);
          return judged ? [{ passes: judged.verdict.kind === "accept", ...deciders.of(judged.rule.from) }] : [];
        }),
      );
    return {
      states,
      packets: packets ?? null,
      witness: describe(witness, before.plan.os),
      before: decisions(a, before),
      after: decisions(b, after),
    };
  };
  const statements = ({ origins, deciders }: Side, other: Side): readonly Statement[] =>
    [...origins.statements]
      .filter(([id]) => !other.origins.statements.has(id))
      .map(([id, { text }]) => ({ ...deciders.of(id), text }))
      .toSorted((x, y) => (x.line ?? 0) - (y.line ?? 0));
  return {
    opened: opened.map(line),
    closed: closed.map(line),
    states: {
      both: [...a.keys()].filter((state) => b.has(state)),
      before: [...a.keys()].filter((state) => !b.has(state)),
      after: [...b.keys()].filter((state) => !a.has(state)),
    },
    statements: { removed: statements(before, after), added: statements(after, before) },
    besides: Object.entries({ ...aspects, ...saidElsewhere(after.plan.os) })
      .filter(([, of]) => canonicalJson(of(before)) !== canonicalJson(of(after)))
      .map(([name]) => name),
    rules: { before: statesText(before.plan, before.origins), after: statesText(after.plan, after.origins) },
  };
}

/** By their keys; in `disabled`, where there is such a state, everything passes without a ruleset. */
function statesOf({ policy, plan }: Side): ReadonlyMap<StateKey, Ruleset | undefined> {
  const enforced = rulesetsOf(plan).map((ruleset) => [ruleset.state, filled(ruleset)] as const);
  return new Map([...enforced, ...(policy.control.disable === "never" ? [] : [["disabled", undefined] as const])]);
}

const distinct = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/** What a policy means beside the set of packets that pass. */
const aspects: Readonly<Record<string, (side: Side) => unknown>> = {
  "what is rewritten, and to what": ({ plan }) =>
    rulesetsOf(plan).map(({ state, rewrites }) => [
      state,
      rewrites.map(({ from: _, change, ...rewrite }) => ({
        ...rewrite,
        change: change.kind === "destination" ? { ...change, address: formatAddress(change.address) } : change,
      })),
    ]),
  "whether senders are told of a refusal": ({ policy }) => policy.blocked,
  "what is logged": ({ policy }) => policy.log,
  "how long the portal stays open": ({ policy }) => policy.portal?.limit,
  "how long `disable` lasts, and who may ask for it": ({ policy }) => policy.control,
  "which addresses hosts start with": ({ policy }) =>
    policy.allows.flatMap(({ opening }) => (opening.kind === "host" ? [[opening.host, opening.pinned]] : [])),
  "settings of the system": ({ plan }) => plan.settings,
  "what becomes of apps when a tunnel is lost": ({ policy }) => policy.apps.map(({ name, onLoss }) => [name, onLoss]),
  "what the daemon watches, and what it does then": ({ policy }) => [policy.watches, policy.reconnects, policy.alerts],
  "how tunnels and helpers are called": ({ policy }) => [...policy.tunnels, ...policy.helpers].map(({ name }) => name),
  "in which order servers are tried": ({ policy }) =>
    [...policy.tunnels, ...policy.helpers].map(({ servers }) => canonicalJson(servers)).toSorted(),
  "which names are asked of which resolvers, and in which order": ({ policy }) =>
    policy.dns.map(({ resolvers, suffixes }) => [resolvers, suffixes]),
};

/** Packets are judged as on one system; names and owners on another are what a policy says beside. */
const saidElsewhere = (judged: Os): typeof aspects =>
  Object.fromEntries(
    systems
      .filter((os) => os !== judged)
      .map((os) => [`what is said for ${systemNames[os]} alone`, ({ policy }) => saidFor(os, policy)]),
  );

/** Ranges are many, and name no system. */
const saidFor = (os: Os, value: unknown): readonly unknown[] =>
  typeof value !== "object" || value === null || "first" in value
    ? []
    : Object.entries(value).flatMap(([key, inner]) => (key === os ? [inner] : saidFor(os, inner)));
