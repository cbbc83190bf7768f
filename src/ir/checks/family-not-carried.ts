import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import type { Family } from "../../net/address.ts";
import { placeOf } from "../origins.ts";
import type { Name, StatementId, Tunnel } from "../policy.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check, Subject } from "./check.ts";
import { type Addressed, carriesIpv6, familiesOf, familyName, hasFamily } from "./support/families.ts";
import { heartbeatTargets } from "./support/heartbeats.ts";
import { previousHop } from "./support/hops.ts";
import { placeOfServer } from "./support/places.ts";

/** A packet needs a source of its family: without an address in the tunnel a resolver, a probe target or the next hop's server never answers. */
export const familyNotCarried: Check = (subject) => {
  const { policy, origins } = subject;
  /** IPv6 that no tunnel carries, or that is blocked, has a message of its own. */
  const ipv6Counts = policy.ipv6 === "tunnel" && carriesIpv6(policy);
  const inside = (tunnel: Name, needed: readonly Family[], id: StatementId, part: string): readonly Diagnostic[] =>
    lacking(tunnelNamed(policy, tunnel), needed)
      .filter((family) => family === "ipv4" || ipv6Counts)
      .map((family) => fault(subject, tunnelNamed(policy, tunnel), family, placeOf(origins, id, part)));
  return [
    ...policy.tunnels.flatMap((tunnel) => unreachable(subject, tunnel)),
    ...policy.dns.flatMap(({ id, path, resolvers }) =>
      path.kind === "tunnel" ? inside(path.tunnel, familiesOf(resolvers), id, "to") : [],
    ),
    ...policy.watches.flatMap((watch) =>
      inside(watch.tunnel, familiesOf(heartbeatTargets(watch)), watch.id, "heartbeat"),
    ),
    ...policy.allows.flatMap(({ id, opening }) => {
      if (opening.kind !== "packets" || opening.pattern.path.kind !== "tunnel") return [];
      const family = onlyFamily(opening.pattern);
      if (!family) return [];
      return inside(opening.pattern.path.tunnel, [family], id, opening.pattern.destination ? "to" : "from");
    }),
    ...policy.forwards.flatMap((forward) => {
      const family = onlyFamily({ ...forward, source: forward.sources, destination: forward.destinations });
      return ([forward.from, forward.to] as const).flatMap((side, i) =>
        family && side.kind === "tunnel" ? inside(side.tunnel, [family], forward.id, i === 0 ? "from" : "to") : [],
      );
    }),
  ];
};

/** A tunnel inside another one, none of whose servers has a family of it. Endpoints are no matter of the `ipv6` statement. */
function unreachable(subject: Subject, inner: Tunnel): readonly Diagnostic[] {
  const before = previousHop(subject.policy, inner.name);
  if (before === undefined) return [];
  const outer = tunnelNamed(subject.policy, before);
  const needed = familiesOf(inner.servers.flatMap(({ addresses }) => addresses));
  const missing = lacking(outer, needed);
  const [server] = inner.servers;
  const at = server ? placeOfServer(subject.origins, inner, server) : placeOf(subject.origins, inner.id, "server");
  return missing.length < needed.length ? [] : missing.map((family) => fault(subject, outer, family, at));
}

/** Undefined where both families can be meant: the one that the tunnel has still passes. */
function onlyFamily({ source, destination, transport }: Addressed): Family | undefined {
  if (transport?.kind === "icmp") return "ipv4";
  if (transport?.kind === "icmpv6") return "ipv6";
  return [source, destination].map((set) => (set ? familiesOf(set) : [])).find((spoken) => spoken.length === 1)?.[0];
}

const lacking = (tunnel: Tunnel, needed: readonly Family[]): readonly Family[] =>
  needed.filter((family) => !hasFamily(tunnel, family));

const fault = ({ origins }: Subject, { id, name }: Tunnel, family: Family, at: Span): Diagnostic =>
  diagnostic(
    "KSP2032",
    { tunnel: name, family: familyName(family) },
    {
      at,
      label: `${familyName(family)}, which never gets an answer`,
      secondary: [{ span: placeOf(origins, id, "address"), text: "all addresses of the tunnel" }],
      help: `name addresses of the other family, or add an ${familyName(family)} address to \`${name}\``,
    },
  );
