import { families } from "../../net/address.ts";
import { complement, union } from "../../net/address-set.ts";
import { ports } from "../../net/port-set.ts";
import type { Match, Rule } from "../ruleset.ts";
import { keptInside } from "../tunnel-names.ts";
import { outside } from "../zones.ts";
import { ownerOf } from "./deny-list.ts";
import { open, type PlanStage, underIpv6Policy } from "./rule.ts";

/** A hotel's log-in page: outside, for whom the policy names, until the kernel closes it by itself. */
export const portalStage: PlanStage = (policy, os, state) => {
  const { portal } = policy;
  if (state.mode !== "portal" || !portal) return [];
  const owner = ownerOf(portal, policy, os);
  const match = underIpv6Policy(policy, {
    outInterface: outside(policy, os, state),
    ...(portal.destinations && { destination: { set: portal.destinations } }),
    transport: portal.transport,
    ...(owner && { owner }),
  });
  return match ? [{ ...open("portal", "out", match, portal.id), expiresAfter: portal.limit }] : [];
};

/** Names are asked of the resolvers that the link's DHCP gave: nobody knows them now, the runtime fills them in; never what a tunnel keeps for itself. */
export const portalNames: PlanStage = (policy, os, state) => {
  const { portal } = policy;
  if (state.mode !== "portal" || !portal?.dns) return [];
  const owner = ownerOf(portal, policy, os);
  const kept = union(...policy.tunnels.map((tunnel) => keptInside(policy, tunnel)));
  const within = families
    .filter((family) => family === "ipv4" || policy.ipv6 === "tunnel")
    .flatMap((family) => complement(kept, family));
  const match: Match = {
    outInterface: outside(policy, os, state),
    destination: { set: [], table: "portal_resolvers", within },
    ...(owner && { owner }),
  };
  return (["tcp", "udp"] as const).map((kind): Rule => {
    const asked = { ...match, transport: { kind, destinationPorts: ports(53) } };
    return { ...open("dns-inside", "out", asked, portal.id), expiresAfter: portal.limit };
  });
};
