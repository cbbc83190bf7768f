import { intersect } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import type { Rule } from "../ruleset.ts";
import { holds } from "../states.ts";
import { everywhere, loopback } from "../zones.ts";
import { denyMatch } from "./deny-list.ts";
import { type PlanStage, refuse } from "./rule.ts";

/** 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
const loopbackAddresses = constant("127.0.0.0/8", "::1");

/** Loopback addresses on another interface are forged or mis-routed; a deny reaches loopback only for addresses of loopback that it names. */
export const loopbackDenyStage: PlanStage = (policy, os, state) => [
  refuse(
    "loopback-deny",
    "out",
    { outInterface: everywhere, destination: { set: loopbackAddresses } },
    "built-in-loopback",
  ),
  refuse("loopback-deny", "in", { inInterface: everywhere, source: { set: loopbackAddresses } }, "built-in-loopback"),
  ...policy.denies.flatMap((deny): Rule[] => {
    const { pattern } = deny;
    if (pattern.path.kind !== "any" || pattern.direction === "forward" || !holds(deny.while, state, policy)) return [];
    const far = pattern.direction === "in" ? "source" : "destination";
    const named = intersect(pattern[far] ?? [], loopbackAddresses);
    if (named.length === 0) return [];
    const interfaces = pattern.direction === "in" ? { inInterface: loopback } : { outInterface: loopback };
    return [
      refuse(
        "loopback-deny",
        pattern.direction,
        { ...denyMatch(deny, policy, os), ...interfaces, [far]: { set: named } },
        deny.id,
      ),
    ];
  }),
];
