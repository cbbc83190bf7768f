import type { PacketSet } from "../../packets/packet-set.ts";
import type { Bounds } from "./listed-conditions.ts";
import type { ListedFilter } from "./listing.ts";
import type { Moment } from "./meaning.ts";

/** A filter, and which packets match it at least and at most. */
export interface Weighed {
  readonly filter: Pick<ListedFilter, "weight" | "flags" | "action">;
  readonly matched: Bounds;
}

/** Which packets a sublayer may refuse, may let others decide about, and may permit for good. What may be any of it is in all. */
export interface Outcomes {
  readonly mayBlock: PacketSet;
  readonly mayPass: PacketSet;
  readonly mayInsist: PacketSet;
  /** What callouts of it may refuse although it was permitted for good (a veto). */
  readonly mayVeto: PacketSet;
}

export interface ListedSublayer {
  /** Undefined: before or behind any other. */
  readonly weight?: number;
  readonly isOurs?: true;
  readonly outcomes: Outcomes;
}

interface Pool {
  readonly all: PacketSet;
  readonly none: PacketSet;
}

/**
 * The heaviest filter that matches decides, and nobody knows which of those of one weight does. A permit is soft unless its right
 * to be overridden is cleared; a callout may do anything, also nothing (Microsoft, "Filter arbitration").
 */
export function outcomesOf(filters: readonly Weighed[], { all, none }: Pool): Outcomes {
  const inForce = filters.filter(({ filter: { action } }) => action.kind !== "inspection");
  const isOrdered = inForce.every(({ filter }) => filter.weight !== undefined);
  const levels = [...Map.groupBy(inForce, ({ filter }) => (isOrdered ? filter.weight : undefined))].sort(([a], [b]) =>
    (a ?? 0n) < (b ?? 0n) ? -1 : 1,
  );
  const start: Outcomes = { mayBlock: none, mayPass: all, mayInsist: none, mayVeto: none };
  return levels.reduce((lighter, [, level]): Outcomes => {
    const shadow = none.union(...level.map(({ matched }) => matched.least));
    const either = (set: PacketSet, kind: Kind): PacketSet =>
      set
        .minus(shadow)
        .union(
          ...level
            .filter(({ filter }) => [kind, "anything"].includes(kindOf(filter)))
            .map(({ matched }) => matched.most),
        );
    return {
      mayBlock: either(lighter.mayBlock, "block"),
      mayPass: either(lighter.mayPass, "permit"),
      mayInsist: either(lighter.mayInsist, "insist"),
      // Whatever a callout leaves to lighter filters it may do itself.
      mayVeto: either(lighter.mayVeto, "anything"),
    };
  }, start);
}

type Kind = "block" | "permit" | "insist" | "anything";

function kindOf({ action, flags }: Weighed["filter"]): Kind {
  if (action.kind === "block") return "block";
  if (action.kind === "permit") return flags.includes("CLEAR_ACTION_RIGHT") ? "insist" : "permit";
  return "anything";
}

/** Whether a filter is in force in a moment of a machine's life. */
export function isInForce(flags: readonly string[], moment: Moment): boolean {
  if (flags.includes("DISABLED")) return false;
  switch (moment) {
    case "running":
      return !flags.includes("BOOTTIME");
    case "engine restarted":
      return flags.includes("PERSISTENT");
    case "before the engine":
      return flags.includes("BOOTTIME");
  }
}

/** What may pass all sublayers: a permit for good is enough, of a sublayer before all that refuse. */
export function mayPassAll(sublayers: readonly ListedSublayer[], { all }: Pool): PacketSet {
  const { ordered, anywhere } = inOrder(sublayers);
  const placed = ordered.reduceRight(
    (behind, { outcomes: { mayInsist, mayPass } }) => mayInsist.union(mayPass.intersect(behind)),
    all,
  );
  return placed.union(...anywhere.map(({ outcomes }) => outcomes.mayInsist));
}

/** What one of the sublayers may refuse: a block is final, and a veto as well. */
export function mayBeBlocked(sublayers: readonly ListedSublayer[], { none }: Pool): PacketSet {
  const { ordered, anywhere } = inOrder(sublayers);
  const placed = ordered.reduceRight(
    ({ blocked, veto }, { outcomes: { mayBlock, mayPass, mayInsist, mayVeto } }) => ({
      blocked: mayBlock.union(mayPass.intersect(blocked), mayInsist.intersect(veto)),
      veto: veto.union(mayVeto),
    }),
    { blocked: none, veto: none },
  );
  return placed.blocked.union(...anywhere.map(({ outcomes }) => outcomes.mayBlock.union(outcomes.mayVeto)));
}

/** Heaviest first. Those of one weight may stand before or behind each other, and before or behind ours. */
function inOrder(sublayers: readonly ListedSublayer[]): {
  readonly ordered: readonly ListedSublayer[];
  readonly anywhere: readonly ListedSublayer[];
} {
  const isAlone = ({ weight, isOurs }: ListedSublayer): boolean =>
    isOurs || (weight !== undefined && sublayers.filter((other) => other.weight === weight).length === 1);
  const ordered = sublayers.filter(isAlone).sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  return { ordered, anywhere: sublayers.filter((sublayer) => !isAlone(sublayer)) };
}
