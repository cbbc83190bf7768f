import { type Address, families } from "../net/address.ts";
import { type AddressSet, everything, subtract, union } from "../net/address-set.ts";
import type { Forward, Name, Os, Path, Policy } from "./policy.ts";
import type { InterfaceSet, Match } from "./ruleset.ts";
import { holds, isOpen, type State } from "./states.ts";
import { namedBy, namedByOthers } from "./tunnel-names.ts";
import { pathInterfaces, tunnelNamed } from "./zones.ts";

/** What stages and rewrites share about forwarded packets. */

/** A forward is there while its condition holds and every tunnel that it names is open. */
export function activeForwards(policy: Policy, state: State): readonly Forward[] {
  return policy.forwards.filter(
    (forward) =>
      holds(forward.while, state, policy) &&
      [forward.from, forward.to].every((side) => side.kind !== "tunnel" || isOpen(policy, state, side.tunnel)),
  );
}

export function betweenSides(
  forward: Forward,
  policy: Policy,
  os: Os,
  state: State,
): { readonly inInterface: InterfaceSet; readonly outInterface: InterfaceSet } {
  return {
    inInterface: pathInterfaces(forward.from, policy, os, state),
    outInterface: pathInterfaces(forward.to, policy, os, state),
  };
}

/**
 * Who may send what is forwarded: nobody with an address that a tunnel names, or the answers would leave where that address
 * must never be seen. What comes out of a tunnel has that tunnel's own. Undefined: everybody; empty: nobody.
 */
export function forwardSources(from: Path, sources: AddressSet | undefined, policy: Policy): AddressSet | undefined {
  const strange =
    from.kind === "tunnel"
      ? namedByOthers(policy, tunnelNamed(policy, from.tunnel))
      : union(...policy.tunnels.map((tunnel) => namedBy(policy, tunnel)));
  if (strange.length === 0) return sources;
  return subtract(sources ?? families.map(everything), strange);
}

/** The packets of a forward as the rules see them: with the destination that they really go to. Undefined where there are none. */
export function forwardMatch(forward: Forward, policy: Policy, os: Os, state: State): Match | undefined {
  const { destinations, transport, change } = forward;
  const sources = forwardSources(forward.from, forward.sources, policy);
  if (sources?.length === 0) return undefined;
  const match: Match = {
    ...betweenSides(forward, policy, os, state),
    ...(sources && { source: { set: sources } }),
    ...(destinations && { destination: { set: destinations } }),
    ...(transport && { transport }),
  };
  if (change?.kind !== "rewrite") return match;
  const ports = change.port === undefined ? {} : { destinationPorts: [{ first: change.port, last: change.port }] };
  const renewed =
    transport && (transport.kind === "tcp" || transport.kind === "udp") ? { ...transport, ...ports } : transport;
  return { ...match, destination: { set: change.to }, ...(renewed && { transport: renewed }), rewritten: true };
}

export const leadsTo = (forward: Forward, tunnel: Name): boolean =>
  forward.to.kind === "tunnel" && forward.to.tunnel === tunnel;

export const firstOf = (
  set: readonly { readonly family: Address["family"]; readonly first: bigint }[],
  family: Address["family"],
): Address | undefined => {
  const range = set.find((r) => r.family === family);
  return range && { family, value: range.first };
};
