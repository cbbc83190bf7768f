import { type AddressSet, intersect } from "../net/address-set.ts";
import { privateRanges } from "../net/private-ranges.ts";
import type { Allow, Deny, Dns, PacketPattern, Policy } from "./policy.ts";
import { loopbackAddresses } from "./stages/loopback-deny.ts";

/** More ranges of one statement than this are not written out as rules: packets would pass them one by one. */
const mostWrittenOut = 64;

/**
 * What a policy says before the daemon runs: openings that name an app, a slice, a list from a file, or more than 64 ranges
 * wait for it. Nothing that closes is left out while what it would close is open: an opening waits, too, where a deny that is
 * not written out is about the same addresses, and what leaves waits where an app is known by its slice alone. Loopback cannot
 * wait, so addresses of it that such a deny names are closed to everybody.
 */
export function atBoot({ portal: _, ...policy }: Policy): Policy {
  const apps = policy.apps.filter(({ identity }) => identity.linux?.kind !== "slice");
  const isConfined = apps.length === policy.apps.length;
  const isKnown = (app: string | undefined) => app === undefined || apps.some(({ name }) => name === app);
  const denies = policy.denies.filter(({ pattern }) => isLiteral(pattern) && isKnown(pattern.app));
  const late = policy.denies.filter((deny) => !denies.includes(deny));
  return {
    ...policy,
    apps,
    denies: [...denies, ...late.flatMap(onLoopback)],
    scope: isConfined && late.length === 0 ? policy.scope : "machine",
    forwards: [],
    dns: policy.dns.filter((dns) => asksAtBoot(dns, isConfined, late)),
    allows: policy.allows.filter((allow) => opensAtBoot(allow, isConfined, late)),
  };
}

/** The part of a deny that is about loopback, of whoever it speaks. */
function onLoopback(deny: Deny): readonly Deny[] {
  const { direction, path, transport } = deny.pattern;
  const far = direction === "in" ? "source" : "destination";
  const named = intersect(deny.pattern[far] ?? [], loopbackAddresses);
  if (path.kind !== "any" || direction === "forward" || named.length === 0) return [];
  return [{ ...deny, pattern: { direction, path, [far]: named, ...(transport && { transport }) } }];
}

/** Nobody asks through a tunnel yet, but what a resolver there is called leaves by no other way. */
function asksAtBoot({ path, app, owner, resolvers }: Dns, isConfined: boolean, late: readonly Deny[]): boolean {
  if (path.kind === "tunnel") return true;
  if (app !== undefined || owner?.kind === "slice") return false;
  return isConfined && !isAboutAny(resolvers, late);
}

function opensAtBoot({ opening }: Allow, isConfined: boolean, late: readonly Deny[]): boolean {
  switch (opening.kind) {
    case "dhcp":
    case "dhcp-server":
    case "router-advertisement":
      return true;
    case "lan":
      return isConfined && !isAboutAny(privateRanges, late);
    case "discovery":
      return isConfined && late.length === 0;
    case "host":
      return isConfined && opening.pinned.length <= mostWrittenOut && !isAboutAny(opening.pinned, late);
    case "packets": {
      const { pattern } = opening;
      if (pattern.app !== undefined || !isLiteral(pattern)) return false;
      const isFree = pattern.direction === "in" || isConfined;
      return isFree && !isAboutAny(farEnd(pattern), late);
    }
  }
}

/** Answers go where packets came from, so the far end is what counts, whichever way a deny looks. */
const farEnd = ({ direction, source, destination }: PacketPattern): AddressSet | undefined =>
  direction === "in" ? source : destination;

const isAboutAny = (far: AddressSet | undefined, late: readonly Deny[]): boolean =>
  late.some(({ pattern }) => {
    const denied = farEnd(pattern);
    return far === undefined || denied === undefined || intersect(far, denied).length > 0;
  });

const isLiteral = ({ source, destination, owner, fromFile }: PacketPattern): boolean =>
  !fromFile && owner?.kind !== "slice" && [source, destination].every((set) => (set?.length ?? 0) <= mostWrittenOut);
