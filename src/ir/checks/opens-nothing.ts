import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Allow, Deny, Policy } from "../policy.ts";
import type { Check } from "./check.ts";
import { isConditionIn, isPatternIn, packetsOf } from "./support/coverage.ts";

/** A deny beats every exemption, so one that lies wholly inside it is a left-over or a misunderstanding. */
export const opensNothing: Check = ({ policy, origins }) =>
  policy.allows.flatMap((allow) => {
    const deny = denyAround(policy, allow);
    if (!deny) return [];
    return diagnostic(
      "KSP2044",
      {},
      {
        at: placeOf(origins, allow.id),
        label: "all of it is denied",
        secondary: [{ span: placeOf(origins, deny.id), text: "by this line" }],
        notes: ["a deny beats every exemption, whatever their order"],
        help: "remove one of the two",
      },
    );
  });

export function denyAround(policy: Policy, allow: Allow): Deny | undefined {
  const packets = packetsOf(policy, allow.opening);
  if (!packets) return undefined;
  return policy.denies.find(
    (deny) => isConditionIn(allow.while, deny.while) && isPatternIn(policy, packets, deny.pattern),
  );
}
