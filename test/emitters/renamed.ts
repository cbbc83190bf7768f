import { belongsTo } from "../../src/ir/evaluate.ts";
import type { Interface } from "../../src/ir/packet.ts";
import { type Plan, rulesetsOf } from "../../src/ir/plan.ts";

/** A card that took the name of a tunnel, which iptables cannot tell from it. */
export function isRenamed(plan: Plan, device: Interface | undefined): boolean {
  const zones = rulesetsOf(plan).flatMap(({ rules }) =>
    rules.flatMap(({ match: { inInterface, outInterface } }) =>
      [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
    ),
  );
  return (
    device !== undefined &&
    zones.some(
      ({ protocol, ...zone }) =>
        protocol !== undefined && belongsTo(zone, device) && !belongsTo({ ...zone, protocol }, device),
    )
  );
}
