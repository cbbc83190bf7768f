import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { placeOf } from "../origins.ts";
import type { Check, Subject } from "./check.ts";
import { type Addressed, isOnlyIpv6 } from "./support/families.ts";
import { heartbeatTargets } from "./support/heartbeats.ts";
import { lastHops } from "./support/hops.ts";

/** A rule that loses its only family must not vanish in silence, or come out without its addresses (two compilers open everything there). */
export const onlyIpv6: Check = (subject) => {
  const { policy, origins } = subject;
  if (policy.ipv6 === "tunnel") return [];
  return [
    ...policy.allows.flatMap(({ opening, id }) => {
      const part = opening.kind === "packets" ? ipv6Part(opening.pattern) : undefined;
      return part === undefined ? [] : dead("this `allow`", placeOf(origins, id, part));
    }),
    ...policy.forwards.flatMap(({ id, sources, destinations, transport, change }) => {
      const reached = change?.kind === "rewrite" ? change.to : destinations;
      const part = ipv6Part({ source: sources, destination: reached, transport });
      const place = part === "to" && change?.kind === "rewrite" ? "rewrite" : part;
      return place === undefined ? [] : dead("this `forward`", placeOf(origins, id, place));
    }),
    ...(policy.portal && isOnlyIpv6(policy.portal.destinations ?? [])
      ? dead("the portal", placeOf(origins, policy.portal.id, "to"))
      : []),
    ...policy.dns
      .filter(({ resolvers }) => isOnlyIpv6(resolvers))
      .flatMap(({ id }) => dead("this `dns`", placeOf(origins, id, "to"))),
    ...policy.watches
      .filter((watch) => isOnlyIpv6(heartbeatTargets(watch)))
      .flatMap(({ id }) => dead("this heartbeat", placeOf(origins, id, "heartbeat"))),
    ...tunnels(subject),
  ];
};

/** The part of a packet that only IPv6 has. `statement` stands for a part without a place of its own. */
function ipv6Part({ source, destination, transport }: Addressed): string | undefined {
  if (isOnlyIpv6(destination ?? [])) return "to";
  if (isOnlyIpv6(source ?? [])) return "from";
  return transport?.kind === "icmpv6" ? "statement" : undefined;
}

function tunnels({ policy, origins }: Subject): readonly Diagnostic[] {
  return lastHops(policy).flatMap(({ id, name, address, carries }) => {
    if (address.kind === "static" && isOnlyIpv6(address.addresses))
      return dead(`tunnel \`${name}\``, placeOf(origins, id, "address"));
    if (!carries.everything && isOnlyIpv6(carries.prefixes ?? []))
      return dead(`what \`${name}\` carries`, placeOf(origins, id, "carries"));
    return [];
  });
}

const dead = (what: string, at: Span): readonly [Diagnostic] => [
  diagnostic(
    "KSP2021",
    { what },
    {
      at,
      label: "IPv6 and nothing else",
      notes: ["under `ipv6 block` no IPv6 packet passes but neighbour discovery, DHCP and the servers of tunnels"],
      help: "say `ipv6 tunnel`, add an IPv4 address, or remove the line",
    },
  ),
];
