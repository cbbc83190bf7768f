import type { Family } from "../../../net/address.ts";
import { type AddressRange, type AddressSet, intersect, ofFamily, subtract } from "../../../net/address-set.ts";
import { constant } from "../../../net/parse-net.ts";
import { privateRanges } from "../../../net/private-ranges.ts";

/** A /16 of IPv4 and a /32 of IPv6: about what one company or one provider's site has. */
const most: Readonly<Record<Family, bigint>> = { ipv4: 1n << 16n, ipv6: 1n << 96n };
export const widest = "/16 (IPv4) or /32 (IPv6)";

/** The first range that holds more public addresses in a row than that. */
export const tooWide = (set: AddressSet): AddressRange | undefined =>
  set.find((range) => isTooWide(range) && subtract([range], privateRanges).some(isTooWide));

const isTooWide = ({ family, first, last }: AddressRange): boolean => last - first >= most[family];

/** A /8 of IPv4 and a /24 of IPv6: in however many pieces, no list of networks that must stay reachable is as long. */
const mostTogether: Readonly<Record<Family, bigint>> = { ipv4: 1n << 24n, ipv6: 1n << 104n };
export const mostPieces = "/8 (IPv4) or /24 (IPv6)";

/** How many public addresses there are, of the first family of which there are more than that. */
export function tooMany(set: AddressSet): bigint | undefined {
  const isMany = (family: Family): bigint | undefined => {
    const all = ofFamily(set, family);
    if (countHosts(all) < mostTogether[family]) return undefined; // most lists: nothing to take out of them
    const count = countHosts(subtract(all, privateRanges));
    return count >= mostTogether[family] ? count : undefined;
  };
  return isMany("ipv4") ?? isMany("ipv6");
}

/** More hosts than any machine asks one by one: a network stands where an address was meant. */
export const mostHosts = 64n;
export const countHosts = (set: AddressSet): bigint =>
  set.reduce((sum, { first, last }) => sum + (last - first + 1n), 0n);

/** Prefixes that carry IPv4 inside IPv6 (RFC 6052, RFC 8215, RFC 3056, RFC 4380): a few IPv6 addresses that mean all of IPv4. */
const translated = [
  { name: "NAT64", prefix: constant("64:ff9b::/96", "64:ff9b:1::/48") },
  { name: "6to4", prefix: constant("2002::/16") },
  { name: "Teredo", prefix: constant("2001::/32") },
] as const;

export function translatedPart(set: AddressSet): string | undefined {
  const ipv6 = ofFamily(set, "ipv6");
  const found = translated.find(({ prefix }) => intersect(ipv6, prefix).length > 0);
  return found && `${found.name} addresses`;
}
