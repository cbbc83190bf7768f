import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { overlaps } from "../../net/address-set.ts";
import { atBoot } from "../lockdown.ts";
import { type Origins, placeOf } from "../origins.ts";
import type { Allow, PacketPattern, Policy, Tunnel } from "../policy.ts";
import { namedByOthers } from "../tunnel-names.ts";
import type { Check } from "./check.ts";
import { closers, openerOfAllow } from "./support/closed-anyway.ts";
import { isConditionIn, isPathIn, isPatternIn, packetsOf } from "./support/coverage.ts";
import { familiesOf, hasFamily } from "./support/families.ts";
import { lastHops } from "./support/hops.ts";
import { byPlace } from "./support/places.ts";
import { forbiddenTo } from "./support/traffic.ts";
import { isTooWide } from "./support/wide-exemption.ts";
import { firstWider } from "./support/wider.ts";

/** An exemption inside another opening stays behind when that one is narrowed, and then opens what nobody meant. */
export const addsNothing: Check = ({ policy, origins }) => {
  const opened = openings(policy, origins);
  // The addresses of a host change: what it opens is inside something else, but nothing is for sure inside it.
  const lasting = opened.flatMap((open) =>
    open.packets && open.allow.opening.kind !== "host" ? { ...open, packets: open.packets } : [],
  );
  const among = firstWider(lasting, ({ packets }) => packets);
  const whole = opened.filter(({ packets }) => !packets);
  const tunnels = lastHops(policy);
  return opened.flatMap((inner) => {
    const isWider = (outer: Open) => isInside(policy, inner, outer);
    const wider = inner.packets ? among(inner.packets, isWider) : whole.find(isWider);
    const tunnel = tunnels.find((one) => carriesAnyway(policy, one, inner));
    const by = wider ? placeOf(origins, wider.allow.id) : tunnel && placeOf(origins, tunnel.id, "carries");
    if (!by) return [];
    const at = placeOf(origins, inner.allow.id);
    return diagnostic(
      "KSP2043",
      { what: "exemption" },
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

interface Open {
  readonly allow: Allow;
  readonly packets?: PacketPattern;
  readonly atBoot: boolean;
  /** In the order of the source. */
  readonly index: number;
}

/** The exemptions that open something, and no error tells of. */
function openings(policy: Policy, origins: Origins): readonly Open[] {
  const booting = new Set(atBoot(policy).allows.map(({ id }) => id));
  const closerOf = closers(policy);
  return byPlace(
    origins,
    policy.allows.filter(
      (allow) => !closerOf(openerOfAllow(policy, allow)) && !isForbidden(policy, allow) && !isTooWide(policy, allow),
    ),
  ).map((allow, index) => {
    const packets = packetsOf(policy, allow.opening);
    return { allow, ...(packets && { packets }), atBoot: booting.has(allow.id), index };
  });
}

/** Of two that contain each other the later one is superfluous. */
const isInside = (policy: Policy, a: Open, b: Open): boolean =>
  a.index !== b.index &&
  (b.atBoot || !a.atBoot) &&
  isContained(policy, a, b) &&
  (b.index < a.index || !isContained(policy, b, a));

function isContained(policy: Policy, a: Open, b: Open): boolean {
  if (!isConditionIn(a.allow.while, b.allow.while)) return false;
  if (a.packets && b.packets) return isPatternIn(policy, a.packets, b.packets);
  const [inner, outer] = [a.allow.opening, b.allow.opening];
  if (inner.kind !== outer.kind || !("path" in inner) || !("path" in outer)) return false;
  return isPathIn(policy, inner.path, outer.path);
}

/** An exemption in a tunnel opens with the tunnel itself, which then lets out everything that no other tunnel names. */
function carriesAnyway(policy: Policy, tunnel: Tunnel, { packets }: Open): boolean {
  if (!packets || !tunnel.carries.everything) return false;
  const { direction, path, destination } = packets;
  if (direction !== "out" || path.kind !== "tunnel" || path.tunnel !== tunnel.name) return false;
  if (!destination) return true;
  return (
    familiesOf(destination).some((family) => hasFamily(tunnel, family)) &&
    !overlaps(destination, namedByOthers(policy, tunnel))
  );
}

const isForbidden = (policy: Policy, { opening }: Allow): boolean =>
  opening.kind === "packets" && forbiddenTo(policy, opening.pattern, opening.pattern.path) !== undefined;
