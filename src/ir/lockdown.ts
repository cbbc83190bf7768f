import type { AddressSet } from "../net/address-set.ts";
import type { Allow, PacketPattern, Policy } from "./policy.ts";

/** More ranges of one statement than this are not written out as rules: packets would pass them one by one. */
const mostWrittenOut = 64;

/**
 * What a policy says before the daemon runs: openings that name an app, a list from a file, or more than 64 ranges, wait
 * for it. Nothing that closes is ever simply left out: where a deny is not written out, the LAN and every exemption wait, too.
 */
export function atBoot(policy: Policy): Policy {
  const closable = policy.denies.every((deny) => isWrittenOut(deny.pattern));
  return {
    ...policy,
    allows: policy.allows.filter((allow) => opensAtBoot(allow, closable)),
    denies: closable ? policy.denies : policy.denies.filter((deny) => isWrittenOut(deny.pattern)),
  };
}

function opensAtBoot({ opening }: Allow, closable: boolean): boolean {
  if (opening.kind === "dhcp") return true;
  if (!closable) return false;
  return opening.kind !== "packets" || (opening.pattern.app === undefined && isWrittenOut(opening.pattern));
}

const isWrittenOut = ({ source, destination, fromFile }: PacketPattern): boolean =>
  !fromFile && [source, destination].every((set: AddressSet | undefined) => (set?.length ?? 0) <= mostWrittenOut);
