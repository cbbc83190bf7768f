import type { AddressMatch, Match, Rule } from "../../ir/ruleset.ts";
import { type Family, families } from "../../net/address.ts";
import { type AddressSet, isSubset, ofFamily, overlaps } from "../../net/address-set.ts";
import { portsMeet, type Transport } from "../../net/protocol.ts";

/** A rule that compares addresses, as one rule a family: each can be judged, and left out, by itself. */
export function splitFamilies(rule: Rule): readonly Rule[] {
  const { source, destination } = rule.match;
  if (!source && !destination) return [rule];
  return spokenFamilies(rule.match).map((family): Rule => {
    const part = (address: AddressMatch) => ({
      ...address,
      set: partOf(address.set, family),
      ...(address.within && { within: partOf(address.within, family) }),
    });
    const match = {
      ...rule.match,
      family,
      ...(source && { source: part(source) }),
      ...(destination && { destination: part(destination) }),
    };
    return { ...rule, match };
  });
}

const parts: Readonly<Record<Family, WeakMap<AddressSet, AddressSet>>> = { ipv4: new WeakMap(), ipv6: new WeakMap() };

/** The addresses of one family; remembered, because every state and class of interfaces asks for those of the same lists. */
export function partOf(set: AddressSet, family: Family): AddressSet {
  const known = parts[family].get(set);
  if (known) return known;
  const part = ofFamily(set, family);
  parts[family].set(set, part).set(part, part);
  return part;
}

/** Everything that a table may come to hold. */
const reachOf = ({ set, within }: AddressMatch): AddressSet => within ?? set;

/** The families that a match can be about. */
export function spokenFamilies({ family, source, destination, transport }: Match): readonly Family[] {
  const named = family ?? (transport?.kind === "icmp" ? "ipv4" : transport?.kind === "icmpv6" ? "ipv6" : undefined);
  const has = (address: AddressMatch | undefined, of: Family) => !address || partOf(reachOf(address), of).length > 0;
  return families.filter((of) => (!named || named === of) && has(source, of) && has(destination, of));
}

/**
 * Leaves out rules that decide nothing: refusals of what nothing later accepts, for falling off the end of a chain refuses as
 * well, and acceptances of what a later rule accepts anyway, with no refusal between them.
 */
export function prune(rules: readonly Rule[]): readonly Rule[] {
  const wide = rules.flatMap((rule, i) => (isWide(rule) ? [{ i, match: rule.match }] : []));
  return rules.filter(({ match, verdict }, i) => {
    const meets = (kind: "accepting" | "refusing", end: number): boolean =>
      rules.some(
        (other, j) =>
          j > i &&
          j < end &&
          (other.verdict.kind === "accept") === (kind === "accepting") &&
          mayOverlap(match, other.match),
      );
    if (verdict.kind !== "accept") return meets("accepting", rules.length);
    const cover = wide.find((other) => other.i > i && covers(other.match, match));
    return !cover || meets("refusing", cover.i);
  });
}

/** Accepts by addresses alone, and for ever. */
function isWide({ match, verdict, expiresAfter }: Rule): boolean {
  const { family: _, source, destination, ...more } = match;
  const isFixed = source?.within === undefined && destination?.within === undefined;
  return verdict.kind === "accept" && expiresAfter === undefined && isFixed && Object.keys(more).length === 0;
}

/** Every packet of the narrow match is in the wide one. */
const covers = (wide: Match, narrow: Match): boolean =>
  spokenFamilies(narrow).every((of) => !wide.family || wide.family === of) &&
  areAddressesIn(narrow.source, wide.source) &&
  areAddressesIn(narrow.destination, wide.destination);

const areAddressesIn = (narrow: AddressMatch | undefined, wide: AddressMatch | undefined): boolean =>
  !wide || (narrow !== undefined && isSubset(reachOf(narrow), wide.set));

/** False only when no packet is in both; interfaces are not looked at. Lists of addresses last: they may be long. */
export function mayOverlap(a: Match, b: Match): boolean {
  return (
    listsMeet(spokenFamilies(a), spokenFamilies(b)) &&
    listsMeet(a.sourceLocality, b.sourceLocality) &&
    listsMeet(a.destinationLocality, b.destinationLocality) &&
    (!a.hopLimit || !b.hopLimit || a.hopLimit === b.hopLimit) &&
    transportsMeet(a.transport, b.transport) &&
    addressesMeet(a.source, b.source) &&
    addressesMeet(a.destination, b.destination)
  );
}

const addressesMeet = (a: AddressMatch | undefined, b: AddressMatch | undefined): boolean =>
  !a || !b || overlaps(reachOf(a), reachOf(b));
const listsMeet = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined): boolean =>
  !a || !b || a.some((x) => b.includes(x));

const typesOf = (transport: Transport | undefined): readonly number[] | undefined =>
  transport?.kind === "icmp" || transport?.kind === "icmpv6" ? transport.types : undefined;
const transportsMeet = (a: Transport | undefined, b: Transport | undefined): boolean =>
  portsMeet(a, b) && listsMeet(typesOf(a), typesOf(b));
