import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Family } from "../../net/address.ts";
import { placeOf } from "../origins.ts";
import type { PacketPattern, StatementId, Tunnel } from "../policy.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check, Subject } from "./check.ts";
import { carriesIpv6, familiesOf, familyName, hasFamily } from "./support/families.ts";
import { heartbeatTargets } from "./support/heartbeats.ts";

/** A packet needs a source of its family: without an address in the tunnel a resolver or probe target never answers. */
export const familyNotCarried: Check = (subject) => {
  const { policy } = subject;
  return [
    ...policy.dns.flatMap(({ id, path, resolvers }) =>
      path.kind === "tunnel" ? missing(subject, tunnelNamed(policy, path.tunnel), familiesOf(resolvers), id, "to") : [],
    ),
    ...policy.watches.flatMap((watch) =>
      missing(subject, tunnelNamed(policy, watch.tunnel), familiesOf(heartbeatTargets(watch)), watch.id, "heartbeat"),
    ),
    ...policy.allows.flatMap(({ id, opening }) => {
      if (opening.kind !== "packets" || opening.pattern.path.kind !== "tunnel") return [];
      const family = onlyFamily(opening.pattern);
      const tunnel = tunnelNamed(policy, opening.pattern.path.tunnel);
      return family ? missing(subject, tunnel, [family], id, opening.pattern.destination ? "to" : "from") : [];
    }),
  ];
};

/** Undefined where both families can be meant: the one that the tunnel has still passes. */
function onlyFamily({ source, destination, transport }: PacketPattern): Family | undefined {
  if (transport?.kind === "icmp") return "ipv4";
  if (transport?.kind === "icmpv6") return "ipv6";
  return [source, destination].map((set) => (set ? familiesOf(set) : [])).find((spoken) => spoken.length === 1)?.[0];
}

/** IPv6 that no tunnel carries, or that is blocked, has a message of its own. */
function missing(
  { policy, origins }: Subject,
  tunnel: Tunnel,
  needed: readonly Family[],
  id: StatementId,
  part: string,
): readonly Diagnostic[] {
  const ipv6Counts = policy.ipv6 === "tunnel" && carriesIpv6(policy);
  return needed
    .filter((family) => !hasFamily(tunnel, family) && (family === "ipv4" || ipv6Counts))
    .map((family) =>
      diagnostic(
        "KSP2032",
        { tunnel: tunnel.name, family: familyName(family) },
        {
          at: placeOf(origins, id, part),
          label: `${familyName(family)}, which never gets an answer`,
          secondary: [{ span: placeOf(origins, tunnel.id, "address"), text: "all addresses of the tunnel" }],
          help: `name addresses of the other family, or add an ${familyName(family)} address to \`${tunnel.name}\``,
        },
      ),
    );
}
