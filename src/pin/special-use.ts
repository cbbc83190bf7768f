import type { Address } from "../net/address.ts";
import { contains } from "../net/address-set.ts";
import { constant } from "../net/parse-net.ts";

/** RFC 6890 and its registries: what is no single host of the internet. The first that fits counts. */
const special = [
  { what: "an address of this machine", set: constant("127.0.0.0/8", "::1") },
  { what: "no address of a host", set: constant("0.0.0.0/8", "::") },
  { what: "a private address", set: constant("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7") },
  { what: "an address of one link", set: constant("169.254.0.0/16", "fe80::/10") },
  { what: "an address of a provider's own network", set: constant("100.64.0.0/10") },
  {
    what: "an address for documentation or tests",
    set: constant(
      "192.0.2.0/24",
      "198.18.0.0/15",
      "198.51.100.0/24",
      "203.0.113.0/24",
      "2001:2::/48",
      "2001:db8::/32",
      "3fff::/20",
    ),
  },
  {
    what: "a translated IPv4 address",
    set: constant("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0/96", "2001::/32", "2002::/16", "192.88.99.0/24"),
  },
  { what: "a reserved address", set: constant("192.0.0.0/24", "2001::/23") },
  { what: "an address of many hosts", set: constant("224.0.0.0/4", "255.255.255.255", "ff00::/8") },
] as const;

/** What is handed out to hosts at all; the rest is reserved. */
const assigned = constant("0.0.0.0-239.255.255.255", "2000::/3");

/** Why no honest answer for a server in the internet holds this address; undefined where one may. */
export const specialUse = (address: Address): string | undefined =>
  special.find(({ set }) => contains(set, address))?.what ??
  (contains(assigned, address) ? undefined : "a reserved address");
