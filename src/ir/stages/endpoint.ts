import { union } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import type { Os, Policy, Server, Tunnel } from "../policy.ts";
import type { InterfaceSet, Match, Rule } from "../ruleset.ts";
import { chainOf, isReachable, type State } from "../states.ts";
import { oneOf, outside, tunnelNamed, tunnelZone } from "../zones.ts";
import { ownSource } from "./own-source.ts";
import { open, type PlanStage } from "./rule.ts";

/** A server, the tunnel's own or its helper's, is reached with address, protocol, port and carrier, through the hop before it and nowhere else. Never closed, or nothing comes back. */
export const endpointStage: PlanStage = (policy, os, state) =>
  policy.tunnels
    .filter((tunnel) => isReachable(policy, state, tunnel.name))
    .flatMap((tunnel) => {
      const way = wayTo(tunnel, policy, os, state);
      const helpers = policy.helpers.filter((helper) => tunnel.helpers?.some((via) => via.helper === helper.name));
      return [tunnel, ...helpers].flatMap(({ id, servers, carrier }) =>
        byTransport(servers).map((server): Rule => {
          const destination = { set: server.addresses };
          const match = { ...way, destination, transport: server.transport, owner: carrier[os] ?? [] };
          return open("endpoint", "out", match, id);
        }),
      );
    });

/** A first hop's packets leave by the links and have any address of this machine; a later hop's leave by the tunnel before, with its address. */
function wayTo(tunnel: Tunnel, policy: Policy, os: Os, state: State): Match & { readonly outInterface: InterfaceSet } {
  const { chain, hop } = chainOf(policy, tunnel.name);
  const before = chain.hops[hop - 1];
  if (before === undefined) return { outInterface: outside(policy, os, state) };
  const carrierTunnel = tunnelNamed(policy, before);
  return { outInterface: oneOf(tunnelZone(carrierTunnel, os, state)), ...ownSource(carrierTunnel, state) };
}

/** Servers that differ only in their address share a rule. */
export function byTransport(servers: readonly Server[]): readonly Pick<Server, "addresses" | "transport">[] {
  const groups = new Map<string, Pick<Server, "addresses" | "transport">>();
  for (const { addresses, transport } of servers) {
    const key = canonicalJson(transport);
    groups.set(key, { transport, addresses: union(groups.get(key)?.addresses ?? [], addresses) });
  }
  return [...groups.values()];
}
