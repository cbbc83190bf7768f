import { families } from "../net/address.ts";
import { type AddressSet, addressSet, complement, subtract, union } from "../net/address-set.ts";
import type { Policy, Tunnel } from "./policy.ts";

/** What a tunnel names: prefixes it carries, its static addresses, its resolvers, its probe targets. None of it leaves anywhere else. */
export function namedBy(policy: Policy, tunnel: Tunnel): AddressSet {
  const addresses = tunnel.address.kind === "static" ? tunnel.address.addresses : [];
  const resolvers = policy.dns
    .filter((d) => d.path.kind === "tunnel" && d.path.tunnel === tunnel.name)
    .flatMap((d) => d.resolvers);
  const targets = policy.watches
    .filter((w) => w.tunnel === tunnel.name)
    .flatMap((w) => w.probes.flatMap((probe) => (probe.kind === "heartbeat" ? probe.targets : [])));
  return union(tunnel.carries.prefixes ?? [], addresses, addressSet(resolvers), addressSet(targets));
}

/** What leaves by no other way: what a tunnel names, and its servers, helpers' included, which its carrier alone reaches. */
export function keptInside(policy: Policy, tunnel: Tunnel): AddressSet {
  const { servers, helpers = [] } = tunnel;
  const nearer = policy.helpers.filter(({ name }) => helpers.some(({ helper }) => helper === name));
  const all = [...servers, ...nearer.flatMap((helper) => helper.servers)];
  return union(namedBy(policy, tunnel), ...all.map((server) => server.addresses));
}

/** What other tunnels name and this one does not: two providers may well use the same resolver address. */
export function namedByOthers(policy: Policy, tunnel: Tunnel): AddressSet {
  const others = policy.tunnels.filter((t) => t.name !== tunnel.name).map((t) => namedBy(policy, t));
  return subtract(union(...others), namedBy(policy, tunnel));
}

/** Undefined: everything. One tunnel's traffic never enters another. */
export function carriedBy(policy: Policy, tunnel: Tunnel): AddressSet | undefined {
  const others = namedByOthers(policy, tunnel);
  const { everything, prefixes } = tunnel.carries;
  if (!everything) return subtract(union(prefixes ?? [], namedBy(policy, tunnel)), others);
  return others.length === 0 ? undefined : union(...families.map((family) => complement(others, family)));
}
