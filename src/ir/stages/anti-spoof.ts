import { families } from "../../net/address.ts";
import { complement, union } from "../../net/address-set.ts";
import { type Locality, localities, type Rule } from "../ruleset.ts";
import { links, oneOf, tunnelZone } from "../zones.ts";
import { type PlanStage, refuse } from "./rule.ts";

const foreign: readonly Locality[] = localities.filter((l) => l !== "local");

/** Nothing leaves with an address of another interface, and nothing arrives for one (CVE-2019-14899): a tunnel's address is never seen outside it. */
export const antiSpoofStage: PlanStage = (policy, os, state) => {
  const neighbours = links(policy, os, state);
  const tunnels = policy.tunnels.flatMap((tunnel): Rule[] => {
    const zone = oneOf(tunnelZone(tunnel, os, state));
    if (tunnel.address.kind === "static") {
      const { addresses } = tunnel.address;
      const others = { set: union(...families.map((family) => complement(addresses, family))) };
      return [
        refuse("anti-spoof", "out", { outInterface: zone, source: others }, tunnel.id),
        refuse("anti-spoof", "in", { inInterface: zone, destination: others }, tunnel.id),
      ];
    }
    if (state.mode === "lockdown") return [];
    return [
      refuse("anti-spoof", "out", { outInterface: zone, sourceLocality: foreign }, tunnel.id),
      refuse("anti-spoof", "in", { inInterface: zone, destinationLocality: foreign }, tunnel.id),
    ];
  });
  if (state.mode !== "lockdown") {
    return [
      ...tunnels,
      refuse("anti-spoof", "out", { outInterface: neighbours, sourceLocality: foreign }, "built-in-source"),
      refuse(
        "anti-spoof",
        "in",
        { inInterface: neighbours, destinationLocality: ["elsewhere"] },
        "built-in-destination",
      ),
    ];
  }
  /** At boot addresses are compared as literals: what belongs to which interface is not asked of the kernel yet. */
  const literals = policy.tunnels.flatMap((tunnel): Rule[] => {
    if (tunnel.address.kind !== "static") return [];
    const own = { set: tunnel.address.addresses };
    return [
      refuse("anti-spoof", "out", { outInterface: neighbours, source: own }, tunnel.id),
      refuse("anti-spoof", "in", { inInterface: neighbours, destination: own }, tunnel.id),
    ];
  });
  return [...tunnels, ...literals];
};
