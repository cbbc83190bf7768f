import type { AddressSet } from "../net/address-set.ts";
import type { Allow, PacketPattern, Policy } from "./policy.ts";

/** More ranges of one statement than this are not written out as rules: packets would pass them one by one. */
const mostWrittenOut = 64;

/**
 * What a policy says before the daemon runs: openings that name an app, a slice, a list from a file, or more than 64 ranges
 * wait for it. Nothing that closes is left out while what it would close is open: where a deny is not written out, or an app
 * is known by its slice alone, names, the LAN and every exemption wait as well.
 */
export function atBoot({ portal: _, ...policy }: Policy): Policy {
  const apps = policy.apps.filter(({ identity }) => identity.linux?.kind !== "slice");
  const denies = policy.denies.filter((deny) => isLiteral(deny.pattern));
  const closable = apps.length === policy.apps.length && denies.length === policy.denies.length;
  return {
    ...policy,
    apps,
    denies,
    scope: closable ? policy.scope : "machine",
    forwards: [],
    dns: policy.dns.filter(
      ({ path, app, owner }) => (closable || path.kind === "tunnel") && !app && owner?.kind !== "slice",
    ),
    allows: policy.allows.filter((allow) => opensAtBoot(allow, closable)),
  };
}

function opensAtBoot({ opening }: Allow, closable: boolean): boolean {
  switch (opening.kind) {
    case "dhcp":
    case "dhcp-server":
    case "router-advertisement":
      return true;
    case "lan":
    case "discovery":
      return closable;
    case "host":
      return closable && opening.pinned.length <= mostWrittenOut;
    case "packets":
      return closable && opening.pattern.app === undefined && isLiteral(opening.pattern);
  }
}

const isLiteral = ({ source, destination, owner, fromFile }: PacketPattern): boolean =>
  !fromFile &&
  owner?.kind !== "slice" &&
  [source, destination].every((set: AddressSet | undefined) => (set?.length ?? 0) <= mostWrittenOut);
