import type { Policy } from "../policy.ts";
import type { Direction, InterfaceSet, Match, Rule, Stage } from "../ruleset.ts";
import { crossing, pass, usesIpv6 } from "./rule.ts";

/** Unreachable, too big, time exceeded, bad header, about a flow that is tracked: without them path MTU discovery stalls (RFC 1191, RFC 8201). */
export const icmpErrors = (stage: Stage, direction: Direction, interfaces: InterfaceSet, policy: Policy): Rule[] =>
  errors(stage, direction, crossing(direction, interfaces), policy);

/** The same for forwarded flows. */
export const icmpErrorsBetween = (stage: Stage, between: Match, policy: Policy): Rule[] =>
  errors(stage, "forward", between, policy);

function errors(stage: Stage, direction: Direction, interfaces: Match, policy: Policy): Rule[] {
  const match = { ...interfaces, related: "icmp-error" } as const;
  const ipv4 = { ...match, transport: { kind: "icmp", types: [3, 11, 12] } } as const;
  const ipv6 = { ...match, transport: { kind: "icmpv6", types: [1, 2, 3, 4] } } as const;
  return (usesIpv6(policy) ? [ipv4, ipv6] : [ipv4]).map((m) => pass(stage, direction, m, "built-in-errors"));
}
