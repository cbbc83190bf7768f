import { type AddressSet, isSubset, overlaps, union } from "../../../net/address-set.ts";
import { arePortsIn } from "../../../net/port-set.ts";
import type { Allow, Deny, PacketPattern, Policy, Tunnel } from "../../policy.ts";
import { namePorts } from "../../stages/dns-deny.ts";
import { namedBy } from "../../tunnel-names.ts";
import { isConditionIn, isPatternIn, packetsOf } from "./coverage.ts";

/** What closes all of an exemption: each of these stands before the exemptions, in every state. */
export type Closer =
  | { readonly kind: "deny"; readonly deny: Deny }
  | { readonly kind: "names" }
  | { readonly kind: "tunnels"; readonly tunnels: readonly Tunnel[] };

/** In the order of the stages. */
export function closerOf(policy: Policy, allow: Allow): Closer | undefined {
  const packets = packetsOf(policy, allow.opening);
  if (!packets) return undefined;
  const deny = policy.denies.find(
    (one) => isConditionIn(allow.while, one.while) && isPatternIn(policy, packets, one.pattern),
  );
  if (deny) return { kind: "deny", deny };
  if (asksForNames(packets)) return { kind: "names" };
  const tunnels = owners(policy, packets);
  return tunnels.length > 0 ? { kind: "tunnels", tunnels } : undefined;
}

function asksForNames({ direction, transport }: PacketPattern): boolean {
  if (direction === "in" || (transport?.kind !== "tcp" && transport?.kind !== "udp")) return false;
  return transport.destinationPorts !== undefined && arePortsIn(transport.destinationPorts, namePorts);
}

/** The tunnels that have all the far addresses to themselves, when the packets are on another path. */
function owners(policy: Policy, { direction, source, destination, path }: PacketPattern): readonly Tunnel[] {
  const far = direction === "in" ? source : destination;
  if (!far || path.kind === "tunnel" || path.kind === "any") return [];
  const own = (tunnel: Tunnel): AddressSet =>
    direction === "in" ? namedBy(policy, tunnel) : union(namedBy(policy, tunnel), serversOf(tunnel));
  if (!isSubset(far, union(...policy.tunnels.map(own)))) return [];
  return policy.tunnels.filter((tunnel) => overlaps(far, own(tunnel)));
}

export const serversOf = (tunnel: Tunnel): AddressSet => union(...tunnel.servers.map(({ addresses }) => addresses));
