import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { overlaps } from "../../net/address-set.ts";
import { atBoot } from "../lockdown.ts";
import { placeOf } from "../origins.ts";
import type { Allow, Policy, Tunnel } from "../policy.ts";
import { namedByOthers } from "../tunnel-names.ts";
import type { Check } from "./check.ts";
import { closerOf } from "./support/closed-anyway.ts";
import { isConditionIn, isPathIn, isPatternIn, packetsOf } from "./support/coverage.ts";
import { lastHops } from "./support/hops.ts";
import { byPlace } from "./support/places.ts";
import { forbiddenTo } from "./support/traffic.ts";

/** An exemption inside another opening stays behind when that one is narrowed, and then opens what nobody meant. */
export const addsNothing: Check = ({ policy, origins }) => {
  const booting = new Set(atBoot(policy).allows.map(({ id }) => id));
  const allows = byPlace(
    origins,
    policy.allows.filter((allow) => !closerOf(policy, allow) && !isForbidden(policy, allow)),
  );
  /** Of two that contain each other the later one is superfluous. */
  const isInside = (a: Allow, b: Allow): boolean =>
    isOpeningIn(policy, a, b) &&
    (booting.has(b.id) || !booting.has(a.id)) &&
    (allows.indexOf(b) < allows.indexOf(a) || !isOpeningIn(policy, b, a));
  const opener = (allow: Allow): Span | undefined => {
    const wider = allows.find((other) => other !== allow && isInside(allow, other));
    if (wider) return placeOf(origins, wider.id);
    const tunnel = lastHops(policy).find((one) => carriesAnyway(policy, one, allow));
    return tunnel && placeOf(origins, tunnel.id, "carries");
  };
  return allows.flatMap((allow) => {
    const by = opener(allow);
    if (!by) return [];
    const at = placeOf(origins, allow.id);
    return diagnostic(
      "KSP2043",
      {},
      {
        at,
        label: "already open",
        secondary: [{ span: by, text: "by this line" }],
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

/** An exemption in a tunnel opens with the tunnel itself, which then lets out everything that no other tunnel names. */
function carriesAnyway(policy: Policy, tunnel: Tunnel, { opening }: Allow): boolean {
  if (opening.kind !== "packets" || !tunnel.carries.everything) return false;
  const { direction, path, destination } = opening.pattern;
  if (direction !== "out" || path.kind !== "tunnel" || path.tunnel !== tunnel.name) return false;
  return !destination || !overlaps(destination, namedByOthers(policy, tunnel));
}

const isForbidden = (policy: Policy, { opening }: Allow): boolean =>
  opening.kind === "packets" && forbiddenTo(policy, opening.pattern.app, opening.pattern.path) !== undefined;
