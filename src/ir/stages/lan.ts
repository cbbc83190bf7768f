import { constant } from "../../net/parse-net.ts";
import { privateTable, type Rule } from "../ruleset.ts";
import { holds } from "../states.ts";
import { pathInterfaces } from "../zones.ts";
import { open, type PlanStage, underIpv6Policy } from "./rule.ts";

/** RFC 1918, RFC 3927, RFC 4193, RFC 4291: literal private ranges. What a rogue DHCP server calls "local" does not count (TunnelCrack LocalNet). */
export const privateRanges = constant(
  "10.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
);

/** Outward only. */
export const lanStage: PlanStage = (policy, os, state) =>
  policy.allows.flatMap(({ opening, id, while: condition }): Rule[] => {
    if (opening.kind !== "lan" || !holds(condition, state, policy)) return [];
    const outInterface = pathInterfaces(opening.path, policy, os, state);
    const match = underIpv6Policy(policy, { outInterface, destination: { set: privateRanges, table: privateTable } });
    return match ? [open("lan", "out", match, id)] : [];
  });
