import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { type AddressSet, addressSet, formatSet, intersect, isSubset } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Tunnel } from "../policy.ts";
import type { Check, Subject } from "./check.ts";
import { senders } from "./support/carriers.ts";
import { heartbeatTargets } from "./support/heartbeats.ts";
import { placeOfServer } from "./support/places.ts";
import { countHosts, mostHosts } from "./support/width.ts";

/** The kernel answers for this machine's addresses over loopback: a heartbeat there is always good, a server or resolver there is never reached. */
export const ownAddress: Check = (subject) => {
  const { policy, origins } = subject;
  return [
    ...policy.watches.flatMap((watch) =>
      own(
        subject,
        heartbeatTargets(watch),
        placeOf(origins, watch.id, "heartbeat"),
        "always answers, tunnel or no tunnel",
        "ask an address at the other end, such as the resolver",
      ),
    ),
    ...policy.dns.flatMap((dns) =>
      own(
        subject,
        dns.resolvers,
        placeOf(origins, dns.id, "to"),
        "never asked through anything",
        "name the resolver at the other end",
      ),
    ),
    ...senders(policy).flatMap((sender) =>
      sender.servers.flatMap((server) =>
        own(
          subject,
          server.addresses,
          placeOfServer(origins, sender, server),
          "never leaves this machine",
          "name the server's address on the internet",
        ),
      ),
    ),
    ...policy.tunnels
      .filter(({ carries }) => !carries.everything)
      .flatMap((tunnel) =>
        own(
          subject,
          isSubset(tunnel.carries.prefixes ?? [], hosts(tunnel)) ? (tunnel.carries.prefixes ?? []) : [],
          placeOf(origins, tunnel.id, "carries"),
          "no packet to it leaves this machine, so the tunnel carries nothing",
          "say `carries everything`, or name the networks behind the tunnel",
        ),
      ),
  ];
};

function own(
  { policy, origins }: Subject,
  named: AddressSet,
  at: Span,
  label: string,
  help: string,
): readonly Diagnostic[] {
  /** A network that holds such an address by chance is too wide, which is another fault. */
  const set = addressSet(named.filter((range) => countHosts([range]) <= mostHosts));
  return policy.tunnels.flatMap((tunnel) => {
    const shared = intersect(set, hosts(tunnel));
    if (shared.length === 0) return [];
    return diagnostic(
      "KSP2040",
      { address: formatSet(shared) },
      {
        at,
        label,
        secondary: [{ span: placeOf(origins, tunnel.id, "address"), text: "this machine's, in the tunnel" }],
        help,
      },
    );
  });
}

/** A whole prefix after `address` says what the tunnel's network is, not that every address of it is ours. */
const hosts = ({ address }: Tunnel): AddressSet =>
  address.kind === "static" ? address.addresses.filter(({ first, last }) => first === last) : [];
