import type { Rule } from "../ruleset.ts";
import { keptInside, namedBy, namedByOthers } from "../tunnel-names.ts";
import { noTunnel, oneOf, tunnelZone } from "../zones.ts";
import { type PlanStage, refuse } from "./rule.ts";

/** What tunnels name, and the servers' own addresses, is dropped elsewhere: a wide LAN or exemption never carries it in clear. */
export const tunnelOnlyStage: PlanStage = (policy, os, state) =>
  policy.tunnels.flatMap((tunnel): Rule[] => {
    const named = namedBy(policy, tunnel);
    const elsewhere = noTunnel(policy, os, state);
    const outward = keptInside(policy, tunnel);
    const others = namedByOthers(policy, tunnel);
    return [
      refuse("tunnel-only", "out", { outInterface: elsewhere, destination: { set: outward } }, tunnel.id),
      refuse("tunnel-only", "forward", { outInterface: elsewhere, destination: { set: outward } }, tunnel.id),
      ...(named.length > 0
        ? [refuse("tunnel-only", "in", { inInterface: elsewhere, source: { set: named } }, tunnel.id)]
        : []),
      ...(others.length > 0
        ? (["out", "forward"] as const).map((direction) =>
            refuse(
              "tunnel-only",
              direction,
              { outInterface: oneOf(tunnelZone(tunnel, os, state)), destination: { set: others } },
              tunnel.id,
            ),
          )
        : []),
    ];
  });
