import { type AddressSet, isSubset, overlaps, union } from "../../../net/address-set.ts";
import { arePortsIn, ports } from "../../../net/port-set.ts";
import type { Allow, Condition, Deny, Forward, Name, PacketPattern, Policy, Portal, Tunnel } from "../../policy.ts";
import { namePorts } from "../../stages/dns-deny.ts";
import { loopbackAddresses } from "../../stages/loopback-deny.ts";
import { countStates, enforcingStates, holds, isOpen, mostStates, type State } from "../../states.ts";
import { namedBy } from "../../tunnel-names.ts";
import { chainWithout } from "./conditions.ts";
import { isConditionIn, isPatternIn, packetsOf } from "./coverage.ts";
import { nextHop } from "./hops.ts";
import { hasPorts } from "./transports.ts";
import { firstWider } from "./wider.ts";

/** What closes all of an exemption: each of these stands before the exemptions, in every state. */
export type Closer =
  | { readonly kind: "deny"; readonly deny: Deny }
  | { readonly kind: "names" }
  | { readonly kind: "loopback" }
  | { readonly kind: "state"; readonly tunnels: readonly Name[] }
  | { readonly kind: "tunnels"; readonly tunnels: readonly Tunnel[] };

/** A statement that opens: its packets where they are a plain set, when, and the tunnels that must be open for it. */
export interface Opener {
  readonly packets: PacketPattern | undefined;
  readonly while: Condition;
  readonly tunnels: readonly Name[];
}

export function openerOfAllow(policy: Policy, { opening, while: condition }: Allow): Opener {
  const path = opening.kind === "packets" ? opening.pattern.path : opening.path;
  return {
    packets: packetsOf(policy, opening),
    while: condition,
    tunnels: path.kind === "tunnel" ? [path.tunnel] : [],
  };
}

/** Where a forward sends its packets in the end: rewritten ones to their new place. */
export function openerOfForward({
  from,
  to,
  sources,
  destinations,
  transport,
  change,
  while: condition,
}: Forward): Opener {
  const destination = change?.kind === "rewrite" ? change.to : destinations;
  const service = change?.kind === "rewrite" && change.port !== undefined && hasPorts(transport);
  const renewed = service ? { ...transport, destinationPorts: ports(change.port) } : transport;
  return {
    packets: {
      direction: "forward",
      ...(sources && { source: sources }),
      ...(destination && { destination }),
      ...(renewed && { transport: renewed }),
      path: to,
    },
    while: condition,
    tunnels: [from, to].flatMap((side) => (side.kind === "tunnel" ? [side.tunnel] : [])),
  };
}

export const openerOfPortal = ({ owner, app, destinations, transport }: Portal): Opener => ({
  packets: {
    direction: "out",
    ...(owner && { owner }),
    ...(app !== undefined && { app }),
    ...(destinations && { destination: destinations }),
    transport,
    path: { kind: "outside" },
  },
  while: [{ level: "portal" }],
  tunnels: [],
});

/** Tells of each opener what closes it, in the order of the stages. */
export function closers(policy: Policy): (opener: Opener) => Closer | undefined {
  const owned = policy.tunnels.map((tunnel): Owned => {
    const named = namedBy(policy, tunnel);
    return { tunnel, named, outward: union(named, ...tunnel.servers.map(({ addresses }) => addresses)) };
  });
  const all = { named: union(...owned.map((one) => one.named)), outward: union(...owned.map((one) => one.outward)) };
  const amongDenies = firstWider(policy.denies, ({ pattern }) => pattern);
  const states = countStates(policy.chains) > mostStates ? undefined : enforcingStates(policy);
  /** A condition or path that is a fault of its own is told once. */
  const isSound = ({ while: condition, tunnels }: Opener) =>
    (condition === "enforcing" || condition.every((state) => !chainWithout(policy, state))) &&
    tunnels.every((name) => nextHop(policy, name) === undefined);
  return (opener) => {
    const { packets, tunnels } = opener;
    const isEverOpen = (state: State) =>
      holds(opener.while, state, policy) && tunnels.every((name) => isOpen(policy, state, name));
    if (tunnels.length > 0 && isSound(opener) && states && !states.some(isEverOpen)) return { kind: "state", tunnels };
    if (!packets) return undefined;
    const deny = amongDenies(
      packets,
      (one) => isConditionIn(opener.while, one.while) && isPatternIn(policy, packets, one.pattern),
    );
    if (deny) return { kind: "deny", deny };
    if (asksForNames(packets)) return { kind: "names" };
    const [far, side] =
      packets.direction === "in" ? ([packets.source, "named"] as const) : ([packets.destination, "outward"] as const);
    if (far && packets.direction !== "forward" && isSubset(far, loopbackAddresses)) return { kind: "loopback" };
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
