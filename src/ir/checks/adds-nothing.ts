import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { atBoot } from "../lockdown.ts";
import { placeOf } from "../origins.ts";
import type { Allow, Policy } from "../policy.ts";
import type { Check } from "./check.ts";
import { denyAround } from "./opens-nothing.ts";
import { isConditionIn, isPathIn, isPatternIn, packetsOf } from "./support/coverage.ts";
import { byPlace } from "./support/places.ts";

/** An exemption that another one contains stays behind when that one is narrowed, and then opens what nobody meant. */
export const addsNothing: Check = ({ policy, origins }) => {
  const booting = new Set(atBoot(policy).allows.map(({ id }) => id));
  const allows = byPlace(
    origins,
    policy.allows.filter((allow) => !denyAround(policy, allow)),
  );
  /** Of two that contain each other the later one is superfluous. */
  const isInside = (a: Allow, b: Allow): boolean =>
    isOpeningIn(policy, a, b) &&
    (booting.has(b.id) || !booting.has(a.id)) &&
    (allows.indexOf(b) < allows.indexOf(a) || !isOpeningIn(policy, b, a));
  return allows.flatMap((allow) => {
    const wider = allows.find((other) => other !== allow && isInside(allow, other));
    if (!wider) return [];
    const at = placeOf(origins, allow.id);
    return diagnostic(
      "KSP2043",
      {},
      {
        at,
        label: "already open",
        secondary: [{ span: placeOf(origins, wider.id), text: "by this line" }],
        notes: ["without it the same packets pass, in every state"],
        help: { text: "remove it", edits: [{ span: at, text: "" }] },
      },
    );
  });
};

function isOpeningIn(policy: Policy, a: Allow, b: Allow): boolean {
  if (!isConditionIn(a.while, b.while)) return false;
  const [inner, outer] = [packetsOf(policy, a.opening), packetsOf(policy, b.opening)];
  if (inner && outer) return isPatternIn(policy, inner, outer);
  if (a.opening.kind === "packets" || b.opening.kind === "packets" || a.opening.kind !== b.opening.kind) return false;
  return isPathIn(policy, a.opening.path, b.opening.path);
}
