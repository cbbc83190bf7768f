import type { Rule } from "../ruleset.ts";
import { noTunnel } from "../zones.ts";
import { open, type PlanStage, underIpv6Policy } from "./rule.ts";

/** With `scope apps` only the apps are confined, and names; the rest goes where it likes. */
export const unprotectedStage: PlanStage = (policy, os, state): readonly Rule[] => {
  if (policy.scope !== "apps") return [];
  const match = underIpv6Policy(policy, { outInterface: noTunnel(policy, os, state) });
  return match ? [open("unprotected", "out", match, "built-in-unprotected")] : [];
};
