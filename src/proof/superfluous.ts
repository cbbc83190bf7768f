import { inEveryState, plan } from "../ir/plan.ts";
import type { Caveat, Os, Policy, StatementId } from "../ir/policy.ts";
import type { Ruleset } from "../ir/ruleset.ts";
import { accepted } from "./accepted.ts";
import { matched } from "./matched.ts";
import { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { merged, vocabularyOf, vocabularyOfPolicy } from "./vocabulary.ts";
import { wellFormed } from "./well-formed.ts";

/** A statement without which the same packets pass in every state of every system, and others that are about some of its packets. */
export interface Superfluous {
  readonly id: StatementId;
  readonly kind: "allow" | "deny";
  readonly by: readonly StatementId[];
}

/** More statements are not looked through: what is superfluous harms nobody at once. */
const most = 500;
/** Each costs a plan of its own. */
const mostTried = 20;

/**
 * Of these statements, in this order, the ones that all others together make superfluous; without all that are found at once
 * the same packets pass. A statement that is to be gone earlier, or whose risk was accepted, makes no other superfluous.
 */
export function superfluous(
  policy: Policy,
  systems: readonly Os[],
  candidates: readonly StatementId[],
): readonly Superfluous[] {
  const plain = policy.allows.filter(({ opening }) => opening.kind === "packets" || opening.kind === "lan");
  const statements = [
    ...plain.map((allow) => ({ ...allow, kind: "allow" as const })),
    ...policy.denies.map((deny) => ({ ...deny, kind: "deny" as const })),
  ];
  if (statements.length < 3 || statements.length > most) return [];
  const states = statesOf(policy, systems);
  const space = new PacketSpace(merged(vocabularyOf(states), ...systems.map((os) => vocabularyOfPolicy(policy, os))));
  const alone = new Set([
    ...needed(new Set(plain.map(({ id }) => id)), states, space),
    ...needed(new Set(policy.denies.map(({ id }) => id)), states, space),
  ]);
  const tried = candidates.filter((id) => !alone.has(id)).slice(0, mostTried);
  const found: Superfluous[] = [];
  let left = policy;
  for (const id of tried) {
    const one = statements.find((statement) => statement.id === id);
    if (!one) continue;
    const lasting = only(left, (other) => other.id === id || outlasts(other.caveat, one.caveat));
    const without = only(lasting, (other) => other.id !== id);
    if (!isSame(lasting, without, systems, space)) continue;
    const related = statements.filter((other) => other.kind === one.kind && other.id !== id);
    found.push({
      id,
      kind: one.kind,
      by: about(
        id,
        related.map((other) => other.id),
        states,
        space,
      ),
    });
    left = only(left, (other) => other.id !== id);
  }
  return found;
}

type Stated = { readonly id: StatementId; readonly caveat: Caveat };

const only = (policy: Policy, keep: (statement: Stated) => boolean): Policy => ({
  ...policy,
  allows: policy.allows.filter(keep),
  denies: policy.denies.filter(keep),
});

const outlasts = (a: Caveat, b: Caveat): boolean =>
  (a.until === undefined || (b.until !== undefined && a.until >= b.until)) &&
  a.acceptRisk.every((risk) => b.acceptRisk.includes(risk));

/** What the kernel closes by itself counts as closed. */
const statesOf = (policy: Policy, systems: readonly Os[]): readonly Ruleset[] =>
  systems
    .flatMap((os) => inEveryState(policy, plan(policy, os)))
    .map(({ ruleset }) => ({
      ...ruleset,
      rules: ruleset.rules.filter(({ expiresAfter }) => expiresAfter === undefined),
    }));

/** Tables that the runtime fills count as empty where they open: whoever is covered by them may not be. */
const passing = (ruleset: Ruleset, space: PacketSpace): PacketSet =>
  accepted(ruleset, space, "least").intersect(wellFormed(space));

function isSame(a: Policy, b: Policy, systems: readonly Os[], space: PacketSpace): boolean {
  const [before, after] = [statesOf(a, systems), statesOf(b, systems)];
  return before.every((ruleset, i) => {
    const other = after[i];
    return other?.state === ruleset.state && passing(ruleset, space).equals(passing(other, space));
  });
}

/** Those that alone of all are about some packet that matters: a quick look, and one that may see too many. */
function needed(ids: ReadonlySet<StatementId>, states: readonly Ruleset[], space: PacketSpace): readonly StatementId[] {
  const found = new Set<StatementId>();
  for (const ruleset of states) {
    const { rules, ...rest } = ruleset;
    const own = [
      ...Map.groupBy(
        rules.filter(({ from }) => ids.has(from)),
        ({ from }) => from,
      ),
    ].map(([id, list]) => ({
      id,
      set: space.none.union(
        ...list.map(({ match, direction }) => matched(match, space).intersect(space.direction(direction))),
      ),
    }));
    const others = passing({ ...rest, rules: rules.filter(({ from }) => !ids.has(from)) }, space);
    const once = onlyOnce(
      own.map(({ set }) => set),
      space,
    ).intersect(passing(ruleset, space).symmetricDifference(others));
    for (const { id, set } of own) if (set.overlaps(once)) found.add(id);
  }
  return [...found];
}

/** What is in exactly one of the sets. */
function onlyOnce(sets: readonly PacketSet[], space: PacketSpace): PacketSet {
  const seen = (list: readonly PacketSet[]): { readonly once: PacketSet; readonly more: PacketSet } => {
    if (list.length < 2) return { once: list[0] ?? space.none, more: space.none };
    const middle = list.length >> 1;
    const [a, b] = [seen(list.slice(0, middle)), seen(list.slice(middle))];
    const more = a.more.union(b.more, a.once.intersect(b.once));
    return { once: a.once.union(b.once).minus(more), more };
  };
  return seen(sets).once;
}

/** Which of the others are about some of the packets that it is about. */
function about(
  id: StatementId,
  others: readonly StatementId[],
  states: readonly Ruleset[],
  space: PacketSpace,
): readonly StatementId[] {
  const setOf = (ruleset: Ruleset, of: StatementId) =>
    space.none.union(
      ...ruleset.rules
        .filter(({ from }) => from === of)
        .map(({ match, direction }) => matched(match, space).intersect(space.direction(direction))),
    );
  return others.filter((other) =>
    states.some((ruleset) => setOf(ruleset, id).intersect(wellFormed(space)).overlaps(setOf(ruleset, other))),
  );
}
