import type { Policy } from "../policy.ts";
import type { Direction, InterfaceSet, Rule, Stage } from "../ruleset.ts";
import { crossing, pass, usesIpv6 } from "./rule.ts";

/** Unreachable, too big, time exceeded, bad header, about a flow that is tracked: without them path MTU discovery stalls (RFC 1191, RFC 8201). */
export function icmpErrors(stage: Stage, direction: Direction, interfaces: InterfaceSet, policy: Policy): Rule[] {
  const match = { ...crossing(direction, interfaces), related: "icmp-error" } as const;
  const ipv4 = pass(stage, direction, { ...match, transport: { kind: "icmp", types: [3, 11, 12] } }, "built-in-errors");
  const ipv6 = pass(
    stage,
    direction,
    { ...match, transport: { kind: "icmpv6", types: [1, 2, 3, 4] } },
    "built-in-errors",
  );
  return usesIpv6(policy) ? [ipv4, ipv6] : [ipv4];
}
