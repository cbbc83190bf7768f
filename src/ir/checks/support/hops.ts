import type { Span } from "../../../diagnostics/span.ts";
import { type Origins, placeOf } from "../../origins.ts";
import type { Chain, Name, Policy, Tunnel } from "../../policy.ts";
import { chainOf } from "../../states.ts";

/** The tunnel that a tunnel carries; undefined for a last hop, which applications use. */
export function nextHop(policy: Policy, tunnel: Name): Name | undefined {
  const { chain, hop } = chainOf(policy, tunnel);
  return chain.hops[hop + 1];
}

export function previousHop(policy: Policy, tunnel: Name): Name | undefined {
  const { chain, hop } = chainOf(policy, tunnel);
  return chain.hops[hop - 1];
}

/** The tunnels that applications use. */
export const lastHops = (policy: Policy): readonly Tunnel[] =>
  policy.tunnels.filter((tunnel) => nextHop(policy, tunnel.name) === undefined);

/** A chain that nobody wrote stands where its one tunnel stands. */
export function placeOfChain(policy: Policy, origins: Origins, chain: Chain): Span {
  const written = `chain-${chain.name}`;
  if (origins.statements.has(written)) return placeOf(origins, written);
  return placeOf(origins, policy.tunnels.find((tunnel) => tunnel.name === chain.name)?.id ?? written, "name");
}
