import { type PortSet, portsOverlap } from "./port-set.ts";

/** Numbers are IANA's. `type` and `code` as in RFC 792 and RFC 4443. */
export type Transport =
  | { readonly kind: "tcp" | "udp"; readonly sourcePorts?: PortSet; readonly destinationPorts?: PortSet }
  | { readonly kind: "icmp" | "icmpv6"; readonly types?: readonly number[] }
  | { readonly kind: "protocol"; readonly number: number };

export const protocolNumber = (transport: Transport): number =>
  transport.kind === "protocol" ? transport.number : { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 }[transport.kind];

/** Whether they have a protocol and ports in common; types of ICMP are not looked at. Absent: everything. */
export function portsMeet(a: Transport | undefined, b: Transport | undefined): boolean {
  if (!a || !b) return true;
  if (protocolNumber(a) !== protocolNumber(b)) return false;
  const at = (end: "sourcePorts" | "destinationPorts"): boolean => {
    const [some, others] = [a, b].map((one) => (one.kind === "tcp" || one.kind === "udp" ? one[end] : undefined));
    return !some || !others || portsOverlap(some, others);
  };
  return at("sourcePorts") && at("destinationPorts");
}

/** IANA "ICMP Type Numbers": what a policy may name. */
export const icmpTypes: Readonly<Record<string, number>> = {
  "echo-reply": 0,
  "destination-unreachable": 3,
  redirect: 5,
  "echo-request": 8,
  "router-advertisement": 9,
  "router-solicitation": 10,
  "time-exceeded": 11,
  "parameter-problem": 12,
  "timestamp-request": 13,
  "timestamp-reply": 14,
};

/** IANA "ICMPv6 type Numbers". */
export const icmpv6Types: Readonly<Record<string, number>> = {
  "destination-unreachable": 1,
  "packet-too-big": 2,
  "time-exceeded": 3,
  "parameter-problem": 4,
  "echo-request": 128,
  "echo-reply": 129,
  "mld-listener-query": 130,
  "mld-listener-report": 131,
  "mld-listener-done": 132,
  "nd-router-solicit": 133,
  "nd-router-advert": 134,
  "nd-neighbor-solicit": 135,
  "nd-neighbor-advert": 136,
  "nd-redirect": 137,
  "mld2-listener-report": 143,
};
