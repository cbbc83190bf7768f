import type { Packet } from "../ir/packet.ts";
import type { Plan } from "../ir/plan.ts";
import type { Expect, Policy } from "../ir/policy.ts";
import type { Ruleset } from "../ir/ruleset.ts";
import type { State, StateKey } from "../ir/states.ts";
import { unmet } from "./expectation.ts";
import { lifeline } from "./intent/intent.ts";
import { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { closesOnLoss } from "./properties/closes-on-loss.ts";
import { properties } from "./properties/index.ts";
import type { PropertyCode } from "./properties/property.ts";
import { merged, vocabularyOf, vocabularyOfPolicy } from "./vocabulary.ts";
import { wellFormed } from "./well-formed.ts";
import { witness } from "./witness.ts";
import { World } from "./world.ts";

/** What does not hold, and a packet that shows it. */
export type Violation = { readonly ruleset: Ruleset; readonly packet: Packet } & (
  | { readonly kind: "property"; readonly code: PropertyCode }
  | { readonly kind: "expectation"; readonly expect: Expect }
  /** The plan lets pass more, or less, than the policy says. */
  | { readonly kind: "plan"; readonly passes: boolean }
);

export interface Proof {
  /** At most one for each claim, in the first state where it fails. */
  readonly violations: readonly Violation[];
  /** Codes of the properties that hold for every packet in every state. */
  readonly holds: readonly PropertyCode[];
}

/** A state of the policy and the ruleset that was planned for it. */
export interface Planned {
  readonly state: State;
  readonly ruleset: Ruleset;
}

/** Every claim about every packet in every state. Cost: linear in addresses, and in states × rules. `BudgetExceeded` is thrown where memory would not do. */
export function prove(policy: Policy, plan: Plan, states: readonly Planned[]): Proof {
  const vocabulary = merged(vocabularyOf(states.map(({ ruleset }) => ruleset)), vocabularyOfPolicy(policy, plan.os));
  const space = new PacketSpace(vocabulary);
  const worlds = new Map<StateKey, World>();
  const found: Violation[] = [];
  const report = (set: PacketSet, ruleset: Ruleset, of: Unplaced): void => {
    const packet = set.isEmpty() ? undefined : witness(set, space);
    if (packet) found.push({ ...of, ruleset, packet });
  };
  for (const { state, ruleset } of states) {
    const world = new World(policy, plan.os, state, ruleset, space);
    worlds.set(state.key, world);
    report(world.most.minus(world.intent()), ruleset, { kind: "plan", passes: true });
    report(missing(world), ruleset, { kind: "plan", passes: false });
    if (state.mode === "portal") {
      const closed = closedByItself(ruleset);
      const world = new World(withoutPortal(policy), plan.os, state, closed, space);
      report(world.most.minus(world.intent()), closed, { kind: "plan", passes: true });
    }
    for (const property of properties)
      report(property.broken(world), ruleset, { kind: "property", code: property.code });
    for (const expect of policy.expects) report(unmet(expect, world), ruleset, { kind: "expectation", expect });
  }
  for (const { from, to } of plan.moves) {
    const [before, after] = [worlds.get(from), worlds.get(to)];
    if (before && after && isAbove(before.state, after.state))
      report(closesOnLoss.broken(before, after), after.ruleset, {
        kind: "property",
        code: closesOnLoss.code,
      });
  }
  const violations = firstOfEach(found);
  const broken = new Set(violations.flatMap((v) => (v.kind === "property" ? [v.code] : [])));
  const codes = [...properties, closesOnLoss].map(({ code }) => code).sort();
  return { violations, holds: codes.filter((code) => !broken.has(code)) };
}

/** The portal when its time is over, whoever has died meanwhile. */
const closedByItself = ({ rules, ...rest }: Ruleset): Ruleset => ({
  ...rest,
  rules: rules.filter(({ expiresAfter }) => expiresAfter === undefined),
});
const withoutPortal = ({ portal: _, ...rest }: Policy): Policy => rest;

type Unplaced = Violation extends infer V ? (V extends Violation ? Omit<V, "ruleset" | "packet"> : never) : never;

/** Before the daemon runs some openings wait, but never those that bring it back. */
const missing = (world: World): PacketSet => {
  const { said, sent, space, most, least } = world;
  if (said.isBoot)
    return sent
      .union(...lifeline)
      .intersect(wellFormed(space))
      .minus(least);
  return world.intent().minus(most);
};

const isAbove = (a: State, b: State): boolean =>
  [...a.levels].every(([chain, level]) => level >= (b.levels.get(chain) ?? 0));

function firstOfEach(found: readonly Violation[]): readonly Violation[] {
  const seen = new Map<unknown, Violation>();
  for (const violation of found) {
    const of =
      violation.kind === "property"
        ? violation.code
        : violation.kind === "expectation"
          ? violation.expect.id
          : violation.passes;
    if (!seen.has(of)) seen.set(of, violation);
  }
  return [...seen.values()];
}
