import type { App } from "../policy.ts";
import type { InterfaceSet, Rule } from "../ruleset.ts";
import { everywhere, noTunnel, oneOf, tunnelZone } from "../zones.ts";
import { type PlanStage, refuse } from "./rule.ts";

/** What an app's `traffic` forbids. It narrows and never opens. */
export const appStage: PlanStage = (policy, os, state) => {
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
};
