import type { Deny, Identity, Os, PacketPattern, Policy } from "../policy.ts";
import type { Match } from "../ruleset.ts";
import { holds } from "../states.ts";
import { pathInterfaces } from "../zones.ts";
import { crossing, type PlanStage, refuse } from "./rule.ts";

/** A deny beats every opening but endpoints, probes and infrastructure. */
export const denyListStage: PlanStage = (policy, os, state) =>
  policy.denies
    .filter((deny) => holds(deny.while, state, policy))
    .map((deny) => {
      const { direction, path } = deny.pattern;
      return refuse(
        "deny-list",
        direction,
        { ...denyMatch(deny, policy, os), ...crossing(direction, pathInterfaces(path, policy, os, state)) },
        deny.id,
      );
    });

export const denyMatch = (deny: Deny, policy: Policy, os: Os): Match => patternMatch(deny.pattern, policy, os);

/** Everything of a pattern but its interfaces. */
export function patternMatch(pattern: PacketPattern, policy: Policy, os: Os): Match {
  const owner = ownerOf(pattern, policy, os);
  const far = pattern.direction === "in" ? "source" : "destination";
  const table = pattern.list === undefined ? {} : { table: pattern.list };
  const { source, destination, transport } = pattern;
  return {
    ...(source && { source: { set: source, ...(far === "source" && table) } }),
    ...(destination && { destination: { set: destination, ...(far === "destination" && table) } }),
    ...(transport && { transport }),
    ...(owner && { owner }),
  };
}

/** Who a pattern speaks of on one system; an app stands for its identity there. */
export function ownerOf(
  pattern: Pick<PacketPattern, "owner" | "app">,
  policy: Policy,
  os: Os,
): readonly (readonly Identity[])[] | undefined {
  if (pattern.owner) return [[pattern.owner]];
  if (pattern.app === undefined) return undefined;
  const identity = policy.apps.find((app) => app.name === pattern.app)?.identity[os];
  if (!identity) throw new Error(`app ${pattern.app} has no identity on ${os}`);
  return [[identity]];
}
