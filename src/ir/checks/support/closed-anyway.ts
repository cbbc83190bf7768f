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

/** Tells of each exemption what closes it, in the order of the stages. */
export function closers(policy: Policy): (allow: Allow) => Closer | undefined {
  const owned = policy.tunnels.map((tunnel): Owned => {
    const named = namedBy(policy, tunnel);
    return { tunnel, named, outward: union(named, ...tunnel.servers.map(({ addresses }) => addresses)) };
  });
  const all = { named: union(...owned.map((one) => one.named)), outward: union(...owned.map((one) => one.outward)) };
  return (allow) => {
    const packets = packetsOf(policy, allow.opening);
    if (!packets) return undefined;
    const deny = policy.denies.find(
      (one) => isConditionIn(allow.while, one.while) && isPatternIn(policy, packets, one.pattern),
    );
    if (deny) return { kind: "deny", deny };
    if (asksForNames(packets)) return { kind: "names" };
    const [far, side] =
      packets.direction === "in" ? ([packets.source, "named"] as const) : ([packets.destination, "outward"] as const);
    if (!far || packets.path.kind === "tunnel" || !isSubset(far, all[side])) return undefined;
    return { kind: "tunnels", tunnels: owned.filter((one) => overlaps(far, one[side])).map(({ tunnel }) => tunnel) };
  };
}

/** What a tunnel has to itself: towards it, its servers as well. */
interface Owned {
  readonly tunnel: Tunnel;
  readonly named: AddressSet;
  readonly outward: AddressSet;
}

function asksForNames({ direction, transport }: PacketPattern): boolean {
  if (direction === "in" || (transport?.kind !== "tcp" && transport?.kind !== "udp")) return false;
  return transport.destinationPorts !== undefined && arePortsIn(transport.destinationPorts, namePorts);
}
