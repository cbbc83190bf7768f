import type { Caveat, Dns, Path, Policy } from "../../ir/policy.ts";
import { type Family, families, last } from "../../net/address.ts";
import { type AddressRange, type AddressSet, everything, ofFamily, overlaps, subtract } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { protocolNumber, type Transport } from "../../net/protocol.ts";
import { privateRanges } from "./exemptions.ts";

/** The claims that a statement can be taken out of. */
export type Risk = "KSP3001" | "KSP3002";

/**
 * The policy as a claim counts it: without the statements that break it and accept no such risk. Those that accept it are
 * taken out of the claim, each with its own packets; the claim is about all others.
 */
export function bearable(policy: Policy, risk: Risk): Policy {
  const known = found.get(policy) ?? new Map<Risk, Policy>();
  const counted = known.get(risk) ?? counting(policy, risk);
  found.set(policy, known.set(risk, counted));
  return counted;
}

/** The same in every state. */
const found = new WeakMap<Policy, Map<Risk, Policy>>();

function counting(policy: Policy, risk: Risk): Policy {
  const bears = ({ caveat }: { readonly caveat: Caveat }) => caveat.acceptRisk.includes(risk);
  const { allows, forwards, dns, portal, ...rest } = policy;
  const isPortalBorne = portal && bears(portal);
  const counted: Policy =
    risk === "KSP3001"
      ? {
          ...rest,
          dns,
          allows: allows.filter((allow) => {
            const { opening } = allow;
            if (opening.kind !== "packets" && opening.kind !== "host") return true;
            const { direction, path, destination, transport } =
              opening.kind === "packets"
                ? opening.pattern
                : { ...opening, direction: "out", destination: opening.within };
            const reach = direction === "in" ? "narrow" : reachOf(policy, path, destination, transport);
            return reach === "narrow" || (reach === "wide" && bears(allow));
          }),
          forwards: forwards.filter(
            (forward) =>
              bears(forward) || reachOf(policy, forward.to, forward.destinations, forward.transport) === "narrow",
          ),
          ...(portal && isPortalBorne && { portal }),
        }
      : {
          ...rest,
          allows,
          forwards,
          dns: dns.filter((one) => isInside(one) || bears(one)),
          ...(portal && { portal: isPortalBorne ? portal : { ...portal, dns: false } }),
        };
  const isWhole =
    counted.allows.length === allows.length &&
    counted.forwards.length === forwards.length &&
    counted.dns.length === dns.length &&
    counted.portal?.dns === portal?.dns;
  return isWhole ? policy : counted;
}

const isInside = ({ path }: Dns): boolean => path.kind === "tunnel";

/** More public addresses in a row than a /16 of IPv4 or a /32 of IPv6 has. */
const most: Readonly<Record<Family, bigint>> = { ipv4: 1n << 16n, ipv6: 1n << 96n };
/** Prefixes that stand for all of IPv4 (RFC 6052, RFC 3056, RFC 4380). */
const translated = constant("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32");
/** IANA: IPv6 encapsulation. */
const ipv6InIpv4 = 41;

/** How much of the internet somebody may reach outside the tunnels. */
function reachOf(
  policy: Policy,
  path: Path,
  destination: AddressSet | undefined,
  transport: Transport | undefined,
): "narrow" | "wide" | "everything" {
  const isOutside =
    path.kind === "outside" ||
    path.kind === "any" ||
    (path.kind === "link" && policy.links.some(({ name, role }) => name === path.link && role === "outside"));
  if (!isOutside) return "narrow";
  const spoken = families.filter((family) => family === "ipv4" || policy.ipv6 === "tunnel");
  const parts = spoken.map((family) => (destination ? ofFamily(destination, family) : [everything(family)]));
  if (parts.some(isAll)) return "everything";
  const reached = parts.flat();
  const isTooLong = ({ family, first, last: end }: AddressRange) => end - first >= most[family];
  const isLong = subtract(reached.filter(isTooLong), privateRanges).some(isTooLong);
  const isMuch = families.some((family) => {
    const size = subtract(ofFamily(reached, family), privateRanges).reduce((sum, r) => sum + r.last - r.first + 1n, 0n);
    return size >= most[family] << 8n;
  });
  const carriesOther = transport !== undefined && protocolNumber(transport) === ipv6InIpv4;
  return isLong || isMuch || carriesOther || overlaps(reached, translated) ? "wide" : "narrow";
}

function isAll(set: AddressSet): boolean {
  const [range] = set;
  return range !== undefined && set.length === 1 && range.first === 0n && range.last === last(range.family);
}
