import type { Rule, Ruleset } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { connections } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { lostOf, marksIn, ordinaryOf, passingBy, plain } from "./needed.ts";
import type { Question, Remembered } from "./question.ts";
import type { Act, Rule as Foreign } from "./rules.ts";

const isToServer = ({ stage }: Rule): boolean => stage === "endpoint" || stage === "helper";

/** What has the mark of a carrier: routes take it past the tunnel, also the answer to it. */
export const carriedBy = (rulesets: readonly Ruleset[], space: PacketSpace): PacketSet =>
  space.none.union(
    ...marksIn(rulesets.flatMap(({ rules }) => rules.filter(isToServer))).map((mark) => space.identity(mark)),
  );

/**
 * The flows of carriers whose marks others keep with the connection, as wg-quick does for a filter of the way back: what comes
 * in of them gets the mark once it is restored. `before`: what surely comes to an act that counts as the end.
 */
export function rememberedOf(
  ruleset: Ruleset,
  foreign: readonly Foreign[],
  before: (settled: Question["settled"]) => PacketSet,
  space: PacketSpace,
): readonly Remembered[] {
  const acts = foreign.flatMap((rule) => rule.acts);
  if (!acts.some(({ kind }) => kind === "restored-mark")) return [];
  const writers = acts.filter((act) => act.kind === "connection-mark");
  const isNew = space.is("connection", connections.numberOf("new"));
  return marksIn(ruleset.rules.filter(isToServer)).flatMap((mark) => {
    const isWhole = (bits: number): boolean => (bits & mask) >>> 0 === mask;
    const { mask, value } = mark;
    // Whoever else writes these bits may do so later.
    if (!writers.every(({ keep, saved }) => isWhole(keep | saved))) return [];
    const isSaving = (act: Act): boolean => act.kind === "connection-mark" && isWhole(act.saved);
    const surely = before((_, act) => (isSaving(act) ? space.identity(mark) : undefined));
    const isOf = (rule: Rule): boolean => isToServer(rule) && marksIn([rule]).some((one) => one.value === value);
    const passing = passingBy(ruleset, isOf, space);
    const first = plain(passing.intersect(ordinaryOf(ruleset, space)).intersect(isNew), ruleset, space);
    return families.flatMap((family) => {
      const isOfFamily = space.family(family);
      if (!lostOf(first.intersect(isOfFamily), surely, "each", space).isEmpty()) return [];
      return [{ packets: passing.minus(isNew).intersect(isOfFamily), mark: value }];
    });
  });
}
