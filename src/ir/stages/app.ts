import type { App, Os, Policy } from "../policy.ts";
import type { InterfaceSet, Rule } from "../ruleset.ts";
import { chainOf, isOpen, type State } from "../states.ts";
import { everywhere, noTunnel, oneOf, tunnelZone } from "../zones.ts";
import { byTransport } from "./endpoint.ts";
import { type PlanStage, refuse } from "./rule.ts";

/** What an app's `traffic` forbids, and the hops that a carrier may not take. It narrows and never opens. */
export const appStage: PlanStage = (policy, os, state) => [
  ...ofApps(policy, os, state),
  ...carriersInOtherChains(policy, os, state),
];

function ofApps(policy: Policy, os: Os, state: State): readonly Rule[] {
  const forbidden: Readonly<Record<App["traffic"], InterfaceSet>> = {
    tunnel: noTunnel(policy, os, state),
    outside: oneOf(...policy.tunnels.map((t) => tunnelZone(t, os, state))),
    none: everywhere,
  };
  return policy.apps.map((app): Rule => {
    const identity = app.identity[os];
    if (!identity) throw new Error(`app ${app.name} has no identity on ${os}`);
    return refuse("app", "out", { outInterface: forbidden[app.traffic], owner: [[identity]] }, app.id);
  });
}

/** A later hop is reached through the hop before it: an open tunnel of another chain would show its server to somebody else. */
function carriersInOtherChains(policy: Policy, os: Os, state: State): readonly Rule[] {
  return policy.tunnels.flatMap((tunnel): readonly Rule[] => {
    const { chain, hop } = chainOf(policy, tunnel.name);
    const others = policy.tunnels.filter(({ name }) => !chain.hops.includes(name) && isOpen(policy, state, name));
    if (hop === 0 || others.length === 0) return [];
    const outInterface = oneOf(...others.map((other) => tunnelZone(other, os, state)));
    return byTransport(tunnel.servers).map(({ addresses, transport }) =>
      refuse(
        "app",
        "out",
        { outInterface, destination: { set: addresses }, transport, owner: tunnel.carrier[os] ?? [] },
        tunnel.id,
      ),
    );
  });
}
