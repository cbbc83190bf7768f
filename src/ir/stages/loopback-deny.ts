import { intersect } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import type { Rule } from "../ruleset.ts";
import { holds } from "../states.ts";
import { loopback } from "../zones.ts";
import { denyMatch } from "./deny-list.ts";
import { listening } from "./helper.ts";
import { crossing, type PlanStage, refuse } from "./rule.ts";

/** 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
export const loopbackAddresses = constant("127.0.0.0/8", "::1");

/** A deny reaches loopback only for addresses of loopback that it names: what a machine says to itself is nobody else's business. */
export const loopbackDenyStage: PlanStage = (policy, os, state) => [
  ...policy.helpers.map((helper) => refuse("loopback-deny", "out", listening(helper), helper.id)),
  ...policy.denies.flatMap((deny): Rule[] => {
    const { pattern } = deny;
    if (pattern.path.kind !== "any" || pattern.direction === "forward" || !holds(deny.while, state, policy)) return [];
    const far = pattern.direction === "in" ? "source" : "destination";
    const named = intersect(pattern[far] ?? [], loopbackAddresses);
    if (named.length === 0) return [];
    const match = { ...denyMatch(deny, policy, os), ...crossing(pattern.direction, loopback), [far]: { set: named } };
    return [refuse("loopback-deny", pattern.direction, match, deny.id)];
  }),
];
