import type { Helper } from "../policy.ts";
import type { Match, Rule } from "../ruleset.ts";
import { loopback } from "../zones.ts";
import { open, type PlanStage } from "./rule.ts";

/** The near leg of a helper: the tunnel's carrier may send to where the helper listens; `loopback-deny` keeps everybody else away. */
export const helperStage: PlanStage = (policy, os) =>
  policy.tunnels.flatMap((tunnel) =>
    policy.helpers
      .filter((helper) => tunnel.helpers?.some((via) => via.helper === helper.name))
      .map((helper): Rule => {
        const match = { ...listening(helper), owner: tunnel.carrier[os] ?? [] };
        return open("helper", "out", match, helper.id);
      }),
  );

export function listening({ listen: { address, transport, port } }: Helper): Match {
  const destinationPorts = [{ first: port, last: port }];
  return { outInterface: loopback, destination: { set: address }, transport: { kind: transport, destinationPorts } };
}
