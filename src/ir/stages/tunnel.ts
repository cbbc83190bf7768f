import { type Family, families } from "../../net/address.ts";
import { ofFamily } from "../../net/address-set.ts";
import type { Tunnel } from "../policy.ts";
import type { Match, Rule } from "../ruleset.ts";
import { isOpen, isProved } from "../states.ts";
import { carriedBy } from "../tunnel-names.ts";
import { oneOf, tunnelZone } from "../zones.ts";
import { forwarded } from "./forwarded.ts";
import { icmpErrors } from "./icmp-errors.ts";
import { open, type PlanStage, underIpv6Policy } from "./rule.ts";

/** Applications use a tunnel that is open, for what it carries and no other tunnel names. */
export const tunnelStage: PlanStage = (policy, os, state) => [
  ...policy.tunnels.flatMap((tunnel): Rule[] => {
    const zone = oneOf(tunnelZone(tunnel, os, state));
    const errors = isProved(policy, state, tunnel.name) ? icmpErrors("tunnel", "in", zone, policy) : [];
    if (!isOpen(policy, state, tunnel.name)) return errors;
    const carried = carriedBy(policy, tunnel);
    const inside = familiesInside(tunnel);
    const match: Match = {
      outInterface: zone,
      ...(inside.length === 1 && inside[0] && { family: inside[0] }),
      ...(carried && { destination: { set: inside.flatMap((family) => ofFamily(carried, family)) } }),
    };
    const allowed = match.destination?.set.length === 0 ? undefined : underIpv6Policy(policy, match);
    return [...(allowed ? [open("tunnel", "out", allowed, tunnel.id)] : []), ...errors];
  }),
  ...forwarded("tunnel", policy, os, state),
];

/** A tunnel without an address of a family has no packets of it. */
const familiesInside = (tunnel: Tunnel): readonly Family[] => {
  const { address } = tunnel;
  return address.kind === "assigned" ? families : families.filter((f) => ofFamily(address.addresses, f).length > 0);
};
