import { type Family, families } from "../../net/address.ts";
import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import { icmpTypes, icmpv6Types, type Transport } from "../../net/protocol.ts";
import type { Identity, Os } from "../policy.ts";
import type { Match, Rule } from "../ruleset.ts";
import { isReachable } from "../states.ts";
import { oneOf, tunnelNamed, tunnelZone } from "../zones.ts";
import { ownSource } from "./own-source.ts";
import { open, type PlanStage, underIpv6Policy } from "./rule.ts";

/** The daemon's own packets, and nobody else's: no carrier may use this mark. */
export const probeMark = { kind: "mark", value: 0x6b700000, mask: 0xffffffff } as const satisfies Identity;

/** Windows has no marks, but knows of a packet which service sent it. macOS tells who sends TCP and UDP alone, so there anybody may ask. */
const proberOn: Readonly<Record<Os, Identity | undefined>> = {
  linux: probeMark,
  windows: { kind: "service", name: "ksp" },
  macos: undefined,
};

/** The heartbeat of a tunnel that is not proved yet: without one accepted packet WireGuard never shakes hands. */
export const probeStage: PlanStage = (policy, os, state) =>
  policy.watches
    .filter((watch) => isReachable(policy, state, watch.tunnel))
    .flatMap((watch) => {
      const tunnel = tunnelNamed(policy, watch.tunnel);
      const outInterface = oneOf(tunnelZone(tunnel, os, state));
      const prober = proberOn[os];
      const targets = watch.probes.flatMap((probe) => (probe.kind === "heartbeat" ? probe.targets : []));
      return families.flatMap((family): Rule[] => {
        const set = ofFamily(targets, family);
        const match =
          set.length > 0 &&
          underIpv6Policy(policy, {
            outInterface,
            ...ownSourceOf(family),
            destination: { set },
            transport: echoRequest(family),
            ...(prober && { owner: [[prober]] }),
          });
        return match ? [open("probe", "out", match, watch.id)] : [];
      });

      function ownSourceOf(family: Family): Match {
        const own = ownSource(tunnel, state);
        const set: AddressSet = ofFamily(own.source?.set ?? [], family);
        return set.length > 0 ? { source: { set } } : own.source ? {} : own;
      }
    });

const echoRequest = (family: Family): Transport =>
  family === "ipv4"
    ? { kind: "icmp", types: [icmpTypes["echo-request"] ?? 0] }
    : { kind: "icmpv6", types: [icmpv6Types["echo-request"] ?? 0] };
