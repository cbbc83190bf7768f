import { evaluate, ruleOfAnswered } from "../../../src/ir/evaluate.ts";
import type { Packet } from "../../../src/ir/packet.ts";
import type { Rule, Ruleset } from "../../../src/ir/ruleset.ts";

/** The packets whose fate a rule can change: those that it decides, as openings or as answers. */
export function decidedBy(ruleset: Ruleset, packets: readonly Packet[]): ReadonlyMap<Rule, readonly Packet[]> {
  const decided = new Map<Rule, Packet[]>(ruleset.rules.map((rule) => [rule, []]));
  for (const packet of packets) {
    const { rule } = evaluate(ruleset, packet.connection === "established-reply" ? asOpening(packet) : packet);
    const rules = new Set([rule, ruleOfAnswered(ruleset, packet)]);
    for (const r of rules) if (r) decided.get(r)?.push(packet);
  }
  return decided;
}

const asOpening = (packet: Packet): Packet => ({ ...packet, connection: "established-original" });

export const without = (ruleset: Ruleset, rule: Rule): Ruleset => ({
  ...ruleset,
  rules: ruleset.rules.filter((r) => r !== rule),
});
