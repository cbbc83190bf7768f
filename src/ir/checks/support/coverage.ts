import { type AddressSet, isSubset } from "../../../net/address-set.ts";
import { canonicalJson } from "../../canonical.ts";
import type { Condition, Identity, Opening, PacketPattern, Path, Policy } from "../../policy.ts";
import { privateRanges } from "../../stages/lan.ts";
import { speakable } from "./families.ts";
import { isTransportIn } from "./transports.ts";

/** Decided on sets, never on text, and only where it is certain: a false alarm is worse than silence. */

/** The packets that an opening lets out or in at any time; undefined where it is no plain set, or nothing is left of it. */
export function packetsOf(policy: Policy, opening: Opening): PacketPattern | undefined {
  if (opening.kind !== "lan" && opening.kind !== "packets") return undefined;
  const pattern: PacketPattern =
    opening.kind === "lan" ? { direction: "out", destination: privateRanges, path: opening.path } : opening.pattern;
  const { source, destination } = pattern;
  const left = {
    ...pattern,
    ...(source && { source: speakable(policy, source) }),
    ...(destination && { destination: speakable(policy, destination) }),
  };
  return left.source?.length === 0 || left.destination?.length === 0 ? undefined : left;
}

/** Every packet of `a` is one of `b`. */
export function isPatternIn(policy: Policy, a: PacketPattern, b: PacketPattern): boolean {
  return (
    a.direction === b.direction &&
    isPathIn(policy, a.path, b.path) &&
    (b.app === undefined || a.app === b.app) &&
    isOwnerIn(a.owner, b.owner) &&
    isSetIn(a.source, b.source) &&
    isSetIn(a.destination, b.destination) &&
    isTransportIn(a.transport, b.transport)
  );
}

/** In every state that `a` names, `b` holds as well. */
export function isConditionIn(a: Condition, b: Condition): boolean {
  if (b === "enforcing" || b.some(({ level }) => level === "any")) return true;
  if (a === "enforcing") return false;
  return a.every((state) => b.some(({ chain, level }) => chain === state.chain && level === state.level));
}

export function isPathIn(policy: Policy, a: Path, b: Path): boolean {
  if (b.kind === "any") return true;
  if (b.kind === "outside" && a.kind === "link")
    return policy.links.some(({ name, role }) => name === a.link && role === "outside");
  return canonicalJson(a) === canonicalJson(b);
}

const isOwnerIn = (a: Identity | undefined, b: Identity | undefined): boolean =>
  b === undefined || (a !== undefined && canonicalJson(a) === canonicalJson(b));
const isSetIn = (a: AddressSet | undefined, b: AddressSet | undefined): boolean =>
  b === undefined || (a !== undefined && isSubset(a, b));
