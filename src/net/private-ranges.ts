import { constant } from "./parse-net.ts";

/** RFC 1918, RFC 3927, RFC 4193, RFC 4291: literal private ranges. What a rogue DHCP server calls "local" does not count (TunnelCrack LocalNet). */
export const privateRanges = constant(
  "10.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
);
