import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { type Family, families } from "../../net/address.ts";
import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { heartbeatTargets } from "./support/heartbeats.ts";
import { countHosts, mostHosts } from "./support/width.ts";

/** A resolver is open on port 53 and a target for probes, in whole networks as well if a policy says so. */
export const tooManyAddresses: Check = ({ policy, origins }) => [
  ...policy.dns.flatMap(({ id, resolvers }) => tooMany("this `dns`", resolvers, placeOf(origins, id, "to"))),
  ...policy.tunnels.flatMap(({ id, address }) =>
    families.flatMap((family) => {
      const most = mostOwn[family];
      const set = address.kind === "static" ? ofFamily(address.addresses, family) : [];
      return tooMany("this `address`", set, placeOf(origins, id, "address"), most, "and a machine has a few");
    }),
  ),
  ...policy.watches.flatMap((watch) =>
    tooMany("this heartbeat", heartbeatTargets(watch), placeOf(origins, watch.id, "heartbeat")),
  ),
];

/** A /16 and a /64: more is no network of a tunnel, and whatever leaves with such an address would pass for this machine's. */
const mostOwn: Readonly<Record<Family, bigint>> = { ipv4: 1n << 16n, ipv6: 1n << 64n };

function tooMany(
  what: string,
  set: AddressSet,
  at: Span,
  most = mostHosts,
  why = "so not asked one by one",
): readonly Diagnostic[] {
  const count = countHosts(set);
  if (count <= most) return [];
  return [
    diagnostic(
      "KSP2047",
      { what, count: `${count}` },
      { at, label: `more than ${most}, ${why}`, help: "name single addresses" },
    ),
  ];
}
