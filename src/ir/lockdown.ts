import type { AddressSet } from "../net/address-set.ts";
import type { Allow, PacketPattern, Policy } from "./policy.ts";

/** More ranges of one statement than this are not written out as rules: packets would pass them one by one. */
const mostWrittenOut = 64;

/**
 * What a policy says before the daemon runs: openings that name an app or a slice, or more than 64 ranges, wait for it.
 * Nothing that closes is ever left out and what it would close opened: where a deny is too long to write out, or an app is
 * known by its slice, names, the LAN and every exemption wait instead.
 */
export function atBoot(policy: Policy): Policy {
  const apps = policy.apps.filter(({ identity }) => identity.linux?.kind !== "slice");
  const denies = policy.denies.filter((deny) => isLiteral(deny.pattern));
  const closable = apps.length === policy.apps.length && denies.length === policy.denies.length;
  return {
    ...policy,
    apps,
    denies,
    scope: closable ? policy.scope : "machine",
    forwards: [],
    dns: closable ? policy.dns : policy.dns.filter(({ path }) => path.kind === "tunnel"),
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

const isLiteral = ({ source, destination, owner }: PacketPattern): boolean =>
  owner?.kind !== "slice" &&
  [source, destination].every((set: AddressSet | undefined) => (set?.length ?? 0) <= mostWrittenOut);
