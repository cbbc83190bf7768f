import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { accepted } from "../accepted.ts";
import type { PacketSpace } from "../packet-space.ts";
import { packetOf } from "../packet-values.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { possible } from "../possible.ts";
import { witnessValues } from "../witness.ts";
import { AskedRules, asRouted } from "./asked-rules.ts";
import { fewest } from "./fewest.ts";
import type { AuditFinding } from "./finding.ts";
import type { Base, Hook, Rule } from "./rules.ts";
import { rulesOf } from "./rules.ts";
import { Walk } from "./walk.ts";

const directions: Readonly<Partial<Record<Hook, "out" | "in" | "forward">>> = {
  output: "out",
  postrouting: "out",
  input: "in",
  forward: "forward",
};

/**
 * Packets that rules before ours in the same chain accept, or that return from it to its policy, so that ours are never asked
 * there: as good as no rules of ours.
 */
export function passedOver(plan: Plan, bases: readonly Base[], space: PacketSpace): readonly AuditFinding[] {
  const asked = new AskedRules(space);
  return bases.flatMap((base) => {
    const direction = directions[base.hook];
    const at = base.chain.findIndex(({ end }) => end?.kind === "ours");
    if (at < 1 || !direction) return [];
    const before = base.chain.slice(0, at);
    const real = possible(space)
      .intersect(space.direction(direction))
      .intersect(space.family(...base.families));
    const over = (isIgnored: (rule: Rule) => boolean): PacketSet => {
      const walk = new Walk(asked, {
        isNeeded: false,
        isWorst: () => true,
        ours: () => space.all,
        ignored: isIgnored,
        settled: () => undefined,
        remembered: [],
      });
      return walk.passedBy(base, before);
    };
    const found = rulesetsOf(plan).flatMap((ruleset) => {
      const passing = accepted(ruleset, space, "most");
      const refused = real.minus(base.hook === "output" ? asRouted(passing) : passing);
      const values = witnessValues(over(() => false).intersect(refused), space);
      if (!values) return [];
      const leaving = before.filter(({ end }) => end?.kind === "return" || end?.kind === "goto");
      const accepting = rulesOf([{ ...base, chain: before }]).filter(({ end }) => end?.kind === "accept");
      const able = new Set([...leaving, ...accepting]);
      const [rule] = fewest([...able], (part) => {
        const kept = new Set(part);
        return over((one) => able.has(one) && !kept.has(one)).has(values);
      });
      return rule ? [{ rule, state: ruleset.state, packet: packetOf(values, space) }] : [];
    });
    return [...Map.groupBy(found, ({ rule }) => rule)].map(
      ([rule, of]): AuditFinding => ({
        kind: "absent",
        states: of.map(({ state }) => state),
        reason: "a rule of others stands before them and lets packets pass them over",
        place: rule.place,
        ...(of[0] && { shown: { packet: of[0].packet } }),
      }),
    );
  });
}
