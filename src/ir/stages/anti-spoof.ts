import { families } from "../../net/address.ts";
import { complement, union } from "../../net/address-set.ts";
import { type Locality, localities, type Rule } from "../ruleset.ts";
import { everywhere, links, oneOf, tunnelZone } from "../zones.ts";
import { loopbackAddresses } from "./loopback-deny.ts";
import { type PlanStage, refuse } from "./rule.ts";

const foreign: readonly Locality[] = localities.filter((l) => l !== "local");

/** Addresses of loopback on any other interface are forged or mis-routed (RFC 1122 3.2.1.3). */
const martians: readonly Rule[] = [
  refuse(
    "anti-spoof",
    "out",
    { outInterface: everywhere, destination: { set: loopbackAddresses } },
    "built-in-loopback",
  ),
  refuse("anti-spoof", "in", { inInterface: everywhere, source: { set: loopbackAddresses } }, "built-in-loopback"),
];

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
      ...martians,
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
  return [...martians, ...tunnels, ...literals];
};
