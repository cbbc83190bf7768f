import type { AddressSet } from "../../../net/address-set.ts";
import { firstAddress } from "../../canonical.ts";
import type { Policy, Tunnel, Watch } from "../../policy.ts";
import { hasFamily, speakable } from "./families.ts";

export const heartbeatTargets = (watch: Watch): AddressSet =>
  watch.probes.flatMap((probe) => (probe.kind === "heartbeat" ? probe.targets : []));

/** A heartbeat to the tunnel's resolver, which answers only inside; undefined where none is declared. */
export function heartbeatLine(policy: Policy, tunnel: Tunnel): string | undefined {
  const resolver = policy.dns
    .filter(({ path }) => path.kind === "tunnel" && path.tunnel === tunnel.name)
    .flatMap(({ resolvers }) => speakable(policy, resolvers))
    .find((range) => hasFamily(tunnel, range.family));
  return resolver && `heartbeat ${firstAddress(resolver)} every 1s lost after 3`;
}
