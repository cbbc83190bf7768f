import type { AddressSet } from "../net/address-set.ts";
import type { Allow, PacketPattern, Policy } from "./policy.ts";

/** More ranges of one statement than this are not written out as rules: packets would pass them one by one. */
const mostWrittenOut = 64;

/**
 * What a policy says before the daemon runs: openings that name an app, or more than 64 ranges, wait for it. Nothing that
 * closes is ever left out for its size: where a deny is too long to write out, the LAN and every exemption wait instead.
 */
export function atBoot(policy: Policy): Policy {
  const closable = policy.denies.every((deny) => isShort(deny.pattern));
  return {
    ...policy,
    forwards: [],
    allows: policy.allows.filter((allow) => opensAtBoot(allow, closable)),
    denies: closable ? policy.denies : policy.denies.filter((deny) => isShort(deny.pattern)),
  };
}

function opensAtBoot({ opening }: Allow, closable: boolean): boolean {
  if (opening.kind === "dhcp" || opening.kind === "dhcp-server" || opening.kind === "router-advertisement") return true;
  if (!closable) return false;
  return opening.kind !== "packets" || (opening.pattern.app === undefined && isShort(opening.pattern));
}

const isShort = ({ source, destination }: PacketPattern): boolean =>
  [source, destination].every((set: AddressSet | undefined) => (set?.length ?? 0) <= mostWrittenOut);
