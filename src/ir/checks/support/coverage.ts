import { type AddressSet, contains, isSubset } from "../../../net/address-set.ts";
import { privateRanges } from "../../../net/private-ranges.ts";
import { canonicalJson } from "../../canonical.ts";
import type { Condition, Identity, Name, Opening, PacketPattern, Path, Policy } from "../../policy.ts";
import { speakable } from "./families.ts";
import { isTransportIn } from "./transports.ts";

/** Decided on sets, never on text, and only where it is certain: a false alarm is worse than silence. */

/** The most that an opening lets out or in at any time; undefined where it is no plain set, or nothing is left of it. */
export function packetsOf(policy: Policy, opening: Opening): PacketPattern | undefined {
  const pattern = patternOf(opening);
  if (!pattern) return undefined;
  const { source, destination } = pattern;
  const left = {
    ...pattern,
    ...(source && { source: speakable(policy, source) }),
    ...(destination && { destination: speakable(policy, destination) }),
  };
  return left.source?.length === 0 || left.destination?.length === 0 ? undefined : left;
}

function patternOf(opening: Opening): PacketPattern | undefined {
  switch (opening.kind) {
    case "packets":
      return opening.pattern;
    case "lan":
      return { direction: "out", destination: privateRanges, path: opening.path };
    case "host":
      return { direction: "out", destination: opening.within, transport: opening.transport, path: opening.path };
    default:
      return undefined;
  }
}

/** Every packet of `a` is one of `b`. */
export function isPatternIn(policy: Policy, a: PacketPattern, b: PacketPattern): boolean {
  return (
    a.direction === b.direction &&
    isPathIn(policy, a.path, b.path) &&
    isTransportIn(a.transport, b.transport) &&
    isSetIn(a.source, b.source) &&
    isSetIn(a.destination, b.destination) &&
    (b.app === undefined || a.app === b.app) &&
    isOwnerIn(a.owner, b.owner)
  );
}

/** In every state that `a` names, `b` holds as well. */
export function isConditionIn(a: Condition, b: Condition): boolean {
  if (b === "enforcing" || b.some(({ level }) => level === "any")) return true;
  if (a === "enforcing") return false;
  return a.every((state) => b.some(({ chain, level }) => chain === state.chain && level === state.level));
}

export function isPathIn(policy: Policy, a: Path, b: Path): boolean {
  switch (b.kind) {
    case "any":
      return true;
    case "outside":
      return a.kind === "outside" || (a.kind === "link" && isOutside(policy, a.link));
    case "link":
      return a.kind === "link" && a.link === b.link;
    case "tunnel":
      return a.kind === "tunnel" && a.tunnel === b.tunnel;
  }
}

const isOutside = (policy: Policy, link: Name): boolean =>
  policy.links.some(({ name, role }) => name === link && role === "outside");

const isOwnerIn = (a: Identity | undefined, b: Identity | undefined): boolean =>
  b === undefined || (a !== undefined && canonicalJson(a) === canonicalJson(b));

/** A look at the first address spares most comparisons of long lists. */
function isSetIn(a: AddressSet | undefined, b: AddressSet | undefined): boolean {
  if (!b) return true;
  const first = a?.[0];
  if (!a || !first) return false;
  return contains(b, { family: first.family, value: first.first }) && isSubset(a, b);
}
