import { type Family, families } from "../../../net/address.ts";
import { type AddressSet, ofFamily } from "../../../net/address-set.ts";
import type { Transport } from "../../../net/protocol.ts";
import type { Policy, Tunnel } from "../../policy.ts";
import { lastHops } from "./hops.ts";

/** What tells the families of a packet. */
export interface Addressed {
  readonly source?: AddressSet | undefined;
  readonly destination?: AddressSet | undefined;
  readonly transport?: Transport | undefined;
}

export const familyName = (family: Family): string => (family === "ipv4" ? "IPv4" : "IPv6");

/** A tunnel without an address of a family has no packets of it. */
export function hasFamily({ address }: Tunnel, family: Family): boolean {
  return address.kind === "assigned" || ofFamily(address.addresses, family).length > 0;
}

/** Some tunnel that applications use has an IPv6 address and carries IPv6. */
export const carriesIpv6 = (policy: Policy): boolean =>
  lastHops(policy).some(
    (tunnel) =>
      hasFamily(tunnel, "ipv6") &&
      (tunnel.carries.everything || ofFamily(tunnel.carries.prefixes ?? [], "ipv6").length > 0),
  );

export const familiesOf = (set: AddressSet): readonly Family[] =>
  families.filter((family) => ofFamily(set, family).length > 0);

export const isOnlyIpv6 = (set: AddressSet): boolean => set.length > 0 && ofFamily(set, "ipv4").length === 0;

/** What `ipv6 block` leaves of a set. */
export const speakable = (policy: Policy, set: AddressSet): AddressSet =>
  policy.ipv6 === "block" ? ofFamily(set, "ipv4") : set;
