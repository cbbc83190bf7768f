import { families } from "../../../net/address.ts";
import { type AddressSet, everything } from "../../../net/address-set.ts";
import type { Deny, PacketPattern, Policy, Tunnel } from "../../policy.ts";
import { countStates, enforcingStates, holds, isOpen, mostStates } from "../../states.ts";
import { isPatternIn } from "./coverage.ts";
import { hasFamily, speakable } from "./families.ts";

/** The deny that leaves nothing of a tunnel, in every state that has it open. */
export function denyOfTunnel(policy: Policy, tunnel: Tunnel): Deny | undefined {
  if (countStates(policy.chains) > mostStates) return undefined;
  const packets: PacketPattern = {
    direction: "out",
    destination: carried(policy, tunnel),
    path: { kind: "tunnel", tunnel: tunnel.name },
  };
  return policy.denies.find(
    (deny) =>
      isPatternIn(policy, packets, deny.pattern) &&
      enforcingStates(policy).every((state) => !isOpen(policy, state, tunnel.name) || holds(deny.while, state, policy)),
  );
}

const carried = (policy: Policy, tunnel: Tunnel): AddressSet =>
  speakable(
    policy,
    tunnel.carries.everything
      ? families.filter((family) => hasFamily(tunnel, family)).map(everything)
      : (tunnel.carries.prefixes ?? []),
  );
