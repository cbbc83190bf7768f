import { type Family, families } from "../net/address.ts";
import { complement, union } from "../net/address-set.ts";
import { containsPort, ports } from "../net/port-set.ts";
import { betweenSides, firstOf } from "./forwarding.ts";
import type { Dns, Forward, Os, Path, Policy } from "./policy.ts";
import type { Match, Rewrite } from "./ruleset.ts";
import { ownSource } from "./stages/own-source.ts";
import type { State } from "./states.ts";
import { oneOf, pathInterfaces, tunnelNamed, tunnelZone } from "./zones.ts";

/** What is rewritten does not depend on the state: a packet with nowhere to go is refused, with its new destination, like any other. */
export function rewrites(policy: Policy, os: Os, state: State): readonly Rewrite[] {
  if (state.mode === "lockdown") return [];
  return [
    ...policy.forwards.flatMap((forward) => ofForward(forward, policy, os, state)),
    ...policy.dns.filter((dns) => dns.redirect).flatMap((dns) => ofDns(dns, policy, os, state)),
  ];
}

function ofForward(forward: Forward, policy: Policy, os: Os, state: State): readonly Rewrite[] {
  const { id: from, change, sources, destinations, transport } = forward;
  if (!change) return [];
  const between = betweenSides(forward, policy, os, state);
  if (change.kind === "masquerade") {
    return [
      {
        direction: "forward",
        match: { ...between, ...(sources && { source: { set: sources } }) },
        change: { kind: "masquerade", as: leavingSource(forward.to, policy, state) },
        from,
      },
    ];
  }
  const [to] = change.to;
  if (!to) return [];
  const arriving: Match = {
    inInterface: between.inInterface,
    ...(sources && { source: { set: sources } }),
    ...(transport && { transport }),
    ...addressedTo(forward, policy, to.family),
    ...(destinations && { destination: { set: destinations } }),
  };
  const port = change.port === undefined ? {} : { port: change.port };
  return [
    {
      direction: "forward",
      match: arriving,
      change: { kind: "destination", address: { family: to.family, value: to.first }, ...port },
      from,
    },
  ];
}

const leavingSource = (to: Path, policy: Policy, state: State): Pick<Match, "source" | "sourceLocality"> =>
  to.kind === "tunnel" ? ownSource(tunnelNamed(policy, to.tunnel), state) : { sourceLocality: ["local"] };

/** A port forward answers for the tunnel's own address, and for nothing else that comes along. */
function addressedTo({ from }: Forward, policy: Policy, family: Family): Match {
  const address = from.kind === "tunnel" ? tunnelNamed(policy, from.tunnel).address : undefined;
  if (address?.kind === "static")
    return { family, destination: { set: address.addresses.filter((r) => r.family === family) } };
  return { family, destinationLocality: ["local"] };
}

/** Queries to this machine itself, to declared resolvers and to servers are left alone: the last would take the tunnel down. */
function ofDns(dns: Dns, policy: Policy, os: Os, state: State): readonly Rewrite[] {
  if (dns.path.kind !== "tunnel") return [];
  const { tunnel } = dns.path;
  const zone = oneOf(tunnelZone(tunnelNamed(policy, tunnel), os, state));
  const kept = union(...policy.dns.map((d) => union(d.resolvers)), serversOnPort53(policy));
  const inside = policy.links.filter((link) => link.role === "inside");
  return families
    .flatMap((family): Rewrite[] => {
      const address = firstOf(dns.resolvers, family);
      if (!address || (family === "ipv6" && policy.ipv6 === "block")) return [];
      const change = { kind: "destination", address } as const;
      const queries = (["tcp", "udp"] as const).map(
        (kind): Match => ({
          family,
          destination: { set: complement(kept, family) },
          transport: { kind, destinationPorts: ports(53) },
        }),
      );
      return queries.flatMap((query): Rewrite[] => [
        ...inside.map(
          (link): Rewrite => ({
            direction: "forward",
            match: { ...query, inInterface: pathInterfaces({ kind: "link", link: link.name }, policy, os, state) },
            sparesThisMachine: true,
            change,
            from: dns.id,
          }),
        ),
        { direction: "out", match: query, sparesThisMachine: true, change, from: dns.id },
      ]);
    })
    .concat({
      direction: "out",
      match: { outInterface: zone, rewritten: true },
      change: { kind: "masquerade", as: leavingSource(dns.path, policy, state) },
      from: dns.id,
    });
}

const serversOnPort53 = (policy: Policy) =>
  union(
    ...[...policy.tunnels, ...policy.helpers].flatMap(({ servers }) =>
      servers
        .filter(
          ({ transport: t }) => (t.kind === "tcp" || t.kind === "udp") && containsPort(t.destinationPorts ?? [], 53),
        )
        .map((server) => server.addresses),
    ),
  );
