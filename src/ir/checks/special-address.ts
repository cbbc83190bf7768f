import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { type AddressSet, formatSet, intersect } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { placeOf } from "../origins.ts";
import { loopbackAddresses } from "../stages/loopback-deny.ts";
import type { Check } from "./check.ts";
import { senders } from "./support/carriers.ts";
import { placeOfServer } from "./support/places.ts";
import { countHosts, mostHosts } from "./support/width.ts";

/** An address that is no machine's, or every machine's own, cannot be asked through anything. */
export const specialAddress: Check = ({ policy, origins }) => [
  ...senders(policy).flatMap((sender) =>
    sender.servers.flatMap((server) => special(server.addresses, placeOfServer(origins, sender, server), "a server")),
  ),
  ...policy.tunnels.flatMap(({ id, address }) =>
    address.kind === "static"
      ? special(address.addresses, placeOf(origins, id, "address"), "this machine in the tunnel")
      : [],
  ),
  ...policy.dns.flatMap(({ id, resolvers }) => special(resolvers, placeOf(origins, id, "to"), "a resolver")),
  ...policy.watches.flatMap(({ id, probes }) =>
    probes
      .filter((probe) => probe.kind === "heartbeat")
      .flatMap(({ targets }, i) => special(targets, placeOf(origins, id, `heartbeat-${i}`), "the other end")),
  ),
  ...policy.forwards.flatMap(({ id, change }) =>
    change?.kind === "rewrite" ? special(change.to, placeOf(origins, id, "rewrite"), "another machine") : [],
  ),
];

/** RFC 1122 3.2.1.3, RFC 5771, RFC 919, RFC 4291. */
const kinds = [
  { set: loopbackAddresses, what: "an address of loopback", label: "never leaves this machine" },
  { set: constant("0.0.0.0/8", "::"), what: "no address of a machine", label: "stands for an unknown address" },
  { set: constant("224.0.0.0/4", "ff00::/8"), what: "the address of a group", label: "stands for many machines" },
  { set: constant("255.255.255.255"), what: "the address of everybody", label: "stands for many machines" },
];

function special(named: AddressSet, at: Span, whose: string): readonly Diagnostic[] {
  /** A network that holds such an address is too wide, which is another fault. */
  const set = named.filter((range) => countHosts([range]) <= mostHosts);
  return kinds.flatMap(({ set: kind, what, label }) => {
    const shared = intersect(set, kind);
    if (shared.length === 0) return [];
    return diagnostic(
      "KSP2056",
      { address: formatSet(shared), what },
      { at, label, help: `name the address of ${whose}` },
    );
  });
}
