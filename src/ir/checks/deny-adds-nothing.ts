import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { atBoot } from "../lockdown.ts";
import { placeOf } from "../origins.ts";
import type { Deny, Policy } from "../policy.ts";
import type { Check } from "./check.ts";
import { isConditionIn, isPatternIn } from "./support/coverage.ts";
import { byPlace } from "./support/places.ts";
import { firstWider } from "./support/wider.ts";

/** A deny inside another one looks as if it closed something, and nobody dares to touch it. */
export const denyAddsNothing: Check = ({ policy, origins }) => {
  const booting = new Set(atBoot(policy).denies);
  const denies = byPlace(origins, policy.denies);
  const among = firstWider(denies, ({ pattern }) => pattern);
  return denies.flatMap((inner, i) => {
    const wider = among(
      inner.pattern,
      (outer, j) =>
        i !== j &&
        (booting.has(outer) || !booting.has(inner)) &&
        isDenyIn(policy, inner, outer) &&
        (j < i || !isDenyIn(policy, outer, inner)),
    );
    if (!wider) return [];
    const at = placeOf(origins, inner.id);
    return diagnostic(
      "KSP2043",
      { what: "`deny`" },
      {
        at,
        label: "already denied",
        secondary: [{ span: placeOf(origins, wider.id), text: "by this line" }],
        notes: ["without it the same packets pass, in every state"],
        help: { text: "remove it", edits: [{ span: at, text: "" }] },
      },
    );
  });
};

const isDenyIn = (policy: Policy, a: Deny, b: Deny): boolean =>
  isConditionIn(a.while, b.while) && isPatternIn(policy, a.pattern, b.pattern);
