import { evaluate } from "../ir/evaluate.ts";
import type { Packet } from "../ir/packet.ts";
import { inEveryState, type Plan } from "../ir/plan.ts";
import type { Policy } from "../ir/policy.ts";
import type { Rule, Ruleset } from "../ir/ruleset.ts";
import { type State, stateKey } from "../ir/states.ts";
import { accepted } from "./accepted.ts";
import { filled } from "./filled.ts";
import { matched } from "./matched.ts";
import { PacketSpace } from "./packet-space.ts";
import { contains, packetOf } from "./packet-values.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { possible } from "./possible.ts";
import { reversed } from "./reversed.ts";
import { loopback, merged, vocabularyOf } from "./vocabulary.ts";
import { witness } from "./witness.ts";

export interface PolicyPlan {
  readonly policy: Policy;
  readonly plan: Plan;
}

/** A packet that passes in a state, and not in the state of the baseline that it is held against. */
export interface Excess {
  readonly ruleset: Ruleset;
  readonly baseline: Ruleset;
  readonly packet: Packet;
}

/**
 * What a policy lets pass beyond a baseline: one packet for each rule's statement that does, in the first state where it does.
 * Tables that the runtime refreshes count with all that they may ever hold. `BudgetExceeded` is thrown where memory would not do.
 */
export function beyond(own: PolicyPlan, baseline: PolicyPlan): readonly Excess[] {
  const allowed = new Map(
    inEveryState(baseline.policy, baseline.plan).map(({ state, ruleset }) => [state.key, ruleset]),
  );
  const pairs = inEveryState(own.policy, own.plan).map(({ state, ruleset }) => {
    const against = allowed.get(heldAgainst(state, baseline.policy));
    if (!against) throw new Error(`nothing to hold ${state.key} against`);
    return { ruleset: filled(ruleset), baseline: filled(against) };
  });
  const space = new PacketSpace(merged(loopback, vocabularyOf(pairs.flatMap((pair) => [pair.ruleset, pair.baseline]))));
  const found = new Map<string, Excess>();
  for (const { ruleset, baseline: against } of pairs) {
    const most = accepted(against, space);
    let left = accepted(ruleset, space).minus(most).intersect(possible(space));
    const ofStatement = (packet: Packet) => {
      const { from } = evaluate(ruleset, packet).rule;
      const rules = ruleset.rules.filter((rule) => rule.from === from);
      return { from, packets: alike(packet, rules, space) };
    };
    // A packet that reads well is looked for among those of one statement: among all of them it takes as long as they are many.
    for (let lowest = left.lowest(); lowest; lowest = left.lowest()) {
      const near = ofStatement(packetOf(lowest, space)).packets;
      const packet = witness(left.intersect(near), space) ?? witness(left, space);
      if (!packet) throw new Error("a packet that there can be is no witness");
      const { from, packets } = ofStatement(packet);
      if (!found.has(from)) found.set(from, { ruleset, baseline: against, packet });
      const rest = left.minus(packets);
      if (rest.equals(left)) throw new Error(`${from} says nothing of what it lets pass`);
      left = rest;
    }
  }
  return [...found.values()];
}

/**
 * As many hops of each chain are proved there. A chain that only the baseline has is down; one that it has not opens nothing
 * there. Without a portal of its own, it stays as when all is down.
 */
function heldAgainst({ mode, levels }: State, { chains, portal }: Policy): string {
  if (mode === "lockdown" || (mode === "portal" && portal)) return mode;
  return stateKey(
    chains,
    chains.map(({ name, hops }) => Math.min(levels.get(name) ?? 0, hops.length)),
  );
}

/**
 * What rules say that is said of this packet: as an opening, or as the answer to one. The other would cut all that is left in the
 * other direction, for each statement anew.
 */
function alike(packet: Packet, rules: readonly Rule[], space: PacketSpace): PacketSet {
  const said = rules.flatMap(({ match }) => [matched(match, space), matched(reversed(match), space)]);
  const sayings = said.filter((set) => contains(set, packet, space));
  return space.none.union(...(sayings.length > 0 ? sayings : said)).intersect(space.direction(packet.direction));
}
