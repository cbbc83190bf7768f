import { evaluate } from "../../../src/ir/evaluate.ts";
import { type Owner, type Packet, type Payload, reverse } from "../../../src/ir/packet.ts";
import type { Identity, Policy, Tunnel } from "../../../src/ir/policy.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { isReachable, type State } from "../../../src/ir/states.ts";
import { farLocality, type Vantage, vantages } from "../../../src/ir/vantage.ts";
import type { AddressSet } from "../../../src/net/address-set.ts";
import { Intent, isIn, isName, isToLoopback, privateRanges } from "./intent.ts";

/** What a property looks at: one policy in one state, and packets to try. */
interface Trial {
  readonly policy: Policy;
  readonly state: State;
  readonly ruleset: Ruleset;
  readonly packets: readonly Packet[];
}

/** The packets that break it; none when it holds. */
export type Property = (trial: Trial) => readonly Packet[];

/** A property about every packet that passes. */
const ofPassing =
  (isBroken: (p: Packet, intent: Intent, trial: Trial) => boolean): Property =>
  (trial) => {
    const intent = new Intent(trial.policy, trial.state);
    return passing(trial).filter((p) => isBroken(p, intent, trial));
  };

const known = new WeakMap<Ruleset, readonly Packet[]>();
function passing({ ruleset, packets }: Trial): readonly Packet[] {
  const found = known.get(ruleset) ?? packets.filter((p) => passes(ruleset, p));
  known.set(ruleset, found);
  return found;
}

/** A property about packets that must pass, with the answers to them. */
const mustPass =
  (packetsOf: (trial: Trial) => readonly Packet[]): Property =>
  (trial) =>
    packetsOf(trial)
      .flatMap((p): readonly Packet[] => [p, { ...reverse(p), connection: "established-reply" }])
      .filter((p) => !passes(trial.ruleset, p));

const passes = (ruleset: Ruleset, p: Packet): boolean => evaluate(ruleset, p).verdict.kind === "accept";
const isReply = ({ connection }: Packet): boolean => connection === "established-reply";
const isCovered = (intent: Intent, p: Packet): boolean =>
  intent.isInfrastructure(p) || intent.isEndpoint(p, true) || intent.isDiscovery(p) || intent.isError(p);
/** At boot nobody knows an assigned address, so a probe through its tunnel may have any. */
const isUnknownAtBoot = (intent: Intent, p: Packet, state: State): boolean => {
  const at = intent.placeOf(p);
  if (state.mode !== "lockdown" || at.kind !== "tunnel" || at.tunnel.address.kind !== "assigned") return false;
  return isReply(p) ? intent.isProbe(reverse(p), false) : intent.isProbe(p, true);
};
/** An answer to something that was let in. */
const isAnswer = (intent: Intent, p: Packet): boolean => isReply(p) && intent.isExempt(reverse(p), false);

export const properties: Readonly<Record<string, Property>> = {
  "KSP3001 tunnel-only": ofPassing((p, intent) => {
    if (p.direction !== "out" || p.family === "arp") return false;
    const at = intent.placeOf(p);
    if (at.kind === "tunnel" || at.kind === "loopback") return false;
    return !isCovered(intent, p) && !intent.isResolver(p, true) && !intent.isExempt(p, true) && !isAnswer(intent, p);
  }),

  "KSP3002 dns-inside": ofPassing((p, intent) => {
    if (p.direction === "in" || p.family === "arp" || isReply(p) || !isName(p)) return false;
    return intent.placeOf(p).kind !== "loopback" && !isCovered(intent, p) && !intent.isResolver(p, true);
  }),

  "KSP3005 can-reconnect": mustPass(({ policy, state }) =>
    policy.tunnels
      .filter((tunnel) => isReachable(policy, state, tunnel.name))
      .flatMap((tunnel) => carrierPackets(policy, state, tunnel)),
  ),

  /** Neighbour discovery may ask any address, by design. */
  "KSP3010 inside-stays-inside": ofPassing((p, intent, { policy }) => {
    if (p.direction !== "out" || p.family === "arp" || intent.isEndpoint(p, true)) return false;
    if (intent.isInfrastructure(p)) return false;
    const at = intent.placeOf(p);
    if (at.kind === "loopback") return false;
    const isNamed = (tunnel: Tunnel) => isIn(intent.namesOf(tunnel), p, p.destination);
    return !(at.kind === "tunnel" && isNamed(at.tunnel)) && policy.tunnels.some(isNamed);
  }),

  "KSP3011 ipv6-closed": ofPassing((p, intent, { policy }) => {
    if (policy.ipv6 === "tunnel" || p.family !== "ipv6" || intent.placeOf(p).kind === "loopback") return false;
    return !isCovered(intent, p) && !(isReply(p) && intent.isEndpoint(reverse(p), false));
  }),

  "KSP3012 inbound-closed": ofPassing((p, intent, { policy, state }) => {
    if (p.direction !== "in" || p.family === "arp") return false;
    const at = intent.placeOf(p);
    if (at.kind === "loopback" || intent.isInfrastructure(p) || isUnknownAtBoot(intent, p, state)) return false;
    const isOfOther = policy.tunnels.some(
      (t) => !(at.kind === "tunnel" && at.tunnel === t) && isIn(staticAddresses(t), p, p.destination),
    );
    if (isOfOther) return !(isReply(p) && intent.isEndpoint(reverse(p), false));
    return at.kind !== "tunnel" && !isReply(p) && !isCovered(intent, p) && !intent.isExempt(p, true);
  }),

  "KSP3012 inbound-closed, ARP": ofPassing((p, _, { policy }) => {
    const told = p.direction === "out" ? p.source : p.destination;
    return p.family === "arp" && policy.tunnels.some((t) => isIn(staticAddresses(t), { family: "ipv4" }, told));
  }),

  "KSP3013 source-inside": ofPassing((p, intent, { policy, state }) => {
    if (p.direction !== "out" || p.family === "arp" || intent.isEndpoint(p, true)) return false;
    const at = intent.placeOf(p);
    if (at.kind === "loopback" || intent.isInfrastructure(p) || isUnknownAtBoot(intent, p, state)) return false;
    return policy.tunnels.some(
      (t) => !(at.kind === "tunnel" && at.tunnel === t) && isIn(staticAddresses(t), p, p.source),
    );
  }),

  "KSP3014 forward-closed": ofPassing((p) => p.direction === "forward"),

  "KSP3015 hops-in-order, servers": ofPassing((p, intent, { policy }) => {
    if (p.direction !== "out" || p.family === "arp" || isReply(p)) return false;
    const at = intent.placeOf(p);
    return policy.chains.some((chain) =>
      chain.hops.slice(1).some((hop, i) => {
        const tunnel = tunnelOf(policy, hop);
        const isForServer = tunnel.servers.some((s) => isIn(s.addresses, p, p.destination)) && isCarrier(tunnel, p);
        const before = chain.hops[i];
        const isLast = at.kind === "tunnel" && at.tunnel.name === chain.hops.at(-1);
        return isForServer && !isLast && at.kind !== "loopback" && !(at.kind === "tunnel" && at.tunnel.name === before);
      }),
    );
  }),

  "KSP3015 hops-in-order, applications": ofPassing((p, intent, { policy }) => {
    if (p.direction !== "out" || p.family === "arp" || isReply(p)) return false;
    const at = intent.placeOf(p);
    if (at.kind !== "tunnel" || intent.isEndpoint(p, true) || intent.isProbe(p, true)) return false;
    return policy.chains.some((chain) => chain.hops.slice(0, -1).includes(at.tunnel.name));
  }),

  "KSP3015 hops-in-order, a failed hop closes all behind it": ofPassing((p, intent, { policy, state }) => {
    if (p.direction === "forward" || p.family === "arp") return false;
    const at = intent.placeOf(p);
    return at.kind === "tunnel" && !isReachable(policy, state, at.tunnel.name);
  }),

  "KSP3016 endpoint-narrow": ofPassing((p, intent, { policy }) => {
    if (p.direction !== "out" || p.family === "arp" || isReply(p)) return false;
    const at = intent.placeOf(p);
    if (at.kind === "tunnel" || at.kind === "loopback" || intent.isInfrastructure(p)) return false;
    const servers = policy.tunnels.flatMap((tunnel) =>
      tunnel.servers.filter((s) => isIn(s.addresses, p, p.destination)).map((server) => ({ tunnel, server })),
    );
    const isItsOwn = servers.some(
      ({ tunnel, server }) =>
        intent.isPattern({ direction: "out", path: { kind: "any" }, transport: server.transport }, p, true) &&
        isCarrier(tunnel, p),
    );
    return servers.length > 0 && !isItsOwn;
  }),

  "KSP3018 lan-narrow": ofPassing((p, _, { policy, state }) => {
    const isLan = policy.allows.some(({ opening }) => opening.kind === "lan");
    if (!isLan || p.direction !== "out" || isReply(p) || p.family === "arp") return false;
    if (isIn(privateRanges, p, p.destination)) return false;
    const others = policy.allows.filter(({ opening }) => opening.kind !== "lan");
    return !new Intent({ ...policy, allows: others }, state).passes(p);
  }),

  "KSP3019 no-stale-flows": ofPassing((p, _, { policy, ruleset }) => {
    if (p.connection === "established-original") return !passes(ruleset, { ...p, connection: "new" });
    if (!isReply(p) || p.family === "arp") return false;
    const opening: Packet = { ...reverse(p), connection: "new" };
    return (
      !passes(ruleset, { ...p, connection: "new" }) &&
      ![{ mark: 0 }, ...ownersIn(policy)].some((owner) => passes(ruleset, { ...opening, owner }))
    );
  }),

  "KSP3020 probes-open": mustPass(({ policy, state }) =>
    policy.watches
      .filter((watch) => isReachable(policy, state, watch.tunnel))
      .flatMap((watch) => {
        const targets = watch.probes.flatMap((probe) => (probe.kind === "heartbeat" ? probe.targets : []));
        const at = vantageOf(policy, `through ${watch.tunnel}`);
        return endsOf(targets).flatMap((target) => {
          const payload = target.family === "ipv4" ? { protocol: 1, icmpType: 8 } : { protocol: 58, icmpType: 128 };
          const packet = outgoing(at, target, payload, { mark: 0x6b700000, user: 0 });
          return packet ? [packet] : [];
        });
      }),
  ),

  "KSP3021 loopback-open": ({ policy, ruleset, packets }) =>
    packets.filter((p) => {
      const device = p.outInterface ?? p.inInterface;
      if (device?.kind !== "loopback" || p.family === "arp" || p.direction === "forward") return false;
      const isDenied = policy.denies.some(({ pattern }) => {
        const [named, far] = p.direction === "out" ? [pattern.destination, p.destination] : [pattern.source, p.source];
        return named !== undefined && isIn(named, p, far) && isToLoopback(p);
      });
      return !isDenied && !passes(ruleset, p);
    }),

  "KSP3021 loopback-open, its addresses stay on it": ofPassing((p, intent) => {
    if (p.family === "arp" || p.direction === "forward" || intent.placeOf(p).kind === "loopback") return false;
    return isToLoopback(p) && !isCovered(intent, p);
  }),
};

const staticAddresses = ({ address }: Tunnel): AddressSet => (address.kind === "static" ? address.addresses : []);

function tunnelOf(policy: Policy, name: string): Tunnel {
  const tunnel = policy.tunnels.find((t) => t.name === name);
  if (!tunnel) throw new Error(`no tunnel ${name}`);
  return tunnel;
}

function vantageOf(policy: Policy, name: string): Vantage {
  const vantage = vantages(policy, "linux").find((v) => v.name === name);
  if (!vantage) throw new Error(`no vantage ${name}`);
  return vantage;
}

/** The tunnel's own packets to each of its servers, each way its owners can be told. */
function carrierPackets(policy: Policy, state: State, tunnel: Tunnel): readonly Packet[] {
  const hops = policy.chains.find((c) => c.hops.includes(tunnel.name))?.hops ?? [];
  const before = hops[hops.indexOf(tunnel.name) - 1];
  const ways = before === undefined ? outsideOf(policy, state) : [vantageOf(policy, `through ${before}`)];
  return ways.flatMap((at) =>
    tunnel.servers.flatMap(({ addresses, transport }) =>
      endsOf(addresses).flatMap((server) =>
        (tunnel.carrier.linux ?? []).flatMap((identities) =>
          payloadsOf(transport).flatMap((payload) => outgoing(at, server, payload, ownerOf(identities)) ?? []),
        ),
      ),
    ),
  );
}

const outsideOf = (policy: Policy, state: State): readonly Vantage[] =>
  vantages(policy, "linux").filter((at) => {
    const probe = outgoing(at, { family: "ipv4", value: 1n }, { protocol: 6 }, { mark: 0 });
    return probe && new Intent(policy, state).isOutside(new Intent(policy, state).placeOf(probe));
  });

const endsOf = (set: AddressSet) =>
  set.flatMap(({ family, first, last }) => [...new Set([first, last])].map((value) => ({ family, value })));

function payloadsOf(transport: Tunnel["servers"][number]["transport"]): readonly Payload[] {
  if (transport.kind === "protocol") return [{ protocol: transport.number }];
  if (transport.kind !== "tcp" && transport.kind !== "udp") throw new Error("servers speak tcp, udp or a protocol");
  const protocol = transport.kind === "tcp" ? 6 : 17;
  return (transport.destinationPorts ?? []).flatMap(({ first, last }) =>
    [first, last].map((destinationPort) => ({ protocol, sourcePort: 51820, destinationPort })),
  );
}

/** Undefined where the interface has no address of that family. */
function outgoing(
  at: Vantage,
  to: ReturnType<typeof endsOf>[number],
  payload: Payload,
  owner: Owner,
): Packet | undefined {
  const source = at.own[to.family];
  if (!source) return undefined;
  return {
    direction: "out",
    family: to.family,
    outInterface: at.device,
    source: source.value,
    destination: to.value,
    sourceLocality: "local",
    destinationLocality: farLocality(to, at),
    payload,
    hopLimit: 64,
    owner,
    connection: "new",
  };
}

function ownerOf(identities: readonly Identity[]): Owner {
  const owner: { mark: number; user?: number; group?: number } = { mark: 0 };
  for (const identity of identities) {
    if (identity.kind === "mark") owner.mark = identity.value;
    else if ((identity.kind === "user" || identity.kind === "group") && identity.id !== undefined)
      owner[identity.kind] = identity.id;
  }
  return owner;
}

const isCarrier = (tunnel: Tunnel, { owner }: Packet): boolean =>
  (tunnel.carrier.linux ?? []).some((all) =>
    all.every((identity) => {
      if (identity.kind === "mark") return (owner.mark & identity.mask) >>> 0 === identity.value;
      return (identity.kind === "user" || identity.kind === "group") && owner[identity.kind] === identity.id;
    }),
  );

/** Everybody that a policy names. */
const ownersIn = (policy: Policy): readonly Owner[] => [
  { mark: 0x6b700000 },
  ...policy.tunnels.flatMap((t) => (t.carrier.linux ?? []).map(ownerOf)),
  ...policy.apps.flatMap(({ identity }) => (identity.linux ? [ownerOf([identity.linux])] : [])),
  ...policy.allows.flatMap(({ opening }) =>
    opening.kind === "packets" && opening.pattern.owner ? [ownerOf([opening.pattern.owner])] : [],
  ),
];
