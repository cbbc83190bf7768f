import { privateRanges } from "../../net/private-ranges.ts";
import { privateTable, type Rule } from "../ruleset.ts";
import { holds } from "../states.ts";
import { pathInterfaces } from "../zones.ts";
import { open, type PlanStage, underIpv6Policy } from "./rule.ts";

/** Outward only. */
export const lanStage: PlanStage = (policy, os, state) =>
  policy.allows.flatMap(({ opening, id, while: condition }): Rule[] => {
    if (opening.kind !== "lan" || !holds(condition, state, policy)) return [];
    const outInterface = pathInterfaces(opening.path, policy, os, state);
    const match = underIpv6Policy(policy, { outInterface, destination: { set: privateRanges, table: privateTable } });
    return match ? [open("lan", "out", match, id)] : [];
  });
