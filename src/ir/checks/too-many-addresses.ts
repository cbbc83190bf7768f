import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import type { AddressSet } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { heartbeatTargets } from "./support/heartbeats.ts";
import { countHosts, mostHosts } from "./support/width.ts";

/** A resolver is open on port 53 and a target for probes, in whole networks as well if a policy says so. */
export const tooManyAddresses: Check = ({ policy, origins }) => [
  ...policy.dns.flatMap(({ id, resolvers }) => tooMany("this `dns`", resolvers, placeOf(origins, id, "to"))),
  ...policy.watches.flatMap((watch) =>
    tooMany("this heartbeat", heartbeatTargets(watch), placeOf(origins, watch.id, "heartbeat")),
  ),
];

function tooMany(what: string, set: AddressSet, at: Span): readonly Diagnostic[] {
  const count = countHosts(set);
  if (count <= mostHosts) return [];
  return [
    diagnostic(
      "KSP2047",
      { what, count: `${count}` },
      { at, label: `more than ${mostHosts}, so not asked one by one`, help: "name single addresses" },
    ),
  ];
}
