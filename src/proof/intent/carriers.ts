import type { Helper, Identity, Os, Server, Tunnel } from "../../ir/policy.ts";
import type { Match } from "../../ir/ruleset.ts";
import { type Family, families } from "../../net/address.ts";
import { ofFamily } from "../../net/address-set.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { loopback } from "./places.ts";
import type { Said } from "./said.ts";
import type { View } from "./view.ts";

/** The way back up: each server that may be reached now, for its carrier alone, through the hop before it and nowhere else. */
export function endpoints(said: Said, view: View): PacketSet {
  const { policy, hops, os } = said;
  const reached = policy.tunnels
    .filter(({ name }) => hops.isReachable(name))
    .flatMap((tunnel) => [tunnel, ...helpersOf(said, tunnel)].map((by) => ({ by, way: wayTo(said, tunnel) })));
  return view.space.none.union(
    ...reached.flatMap(({ by, way }) =>
      by.servers.map(({ addresses, transport }: Server) =>
        view.flow("out", { ...way, destination: { set: addresses }, transport, owner: by.carrier[os] ?? [] }),
      ),
    ),
  );
}

const helpersOf = ({ policy }: Said, { helpers = [] }: Tunnel): readonly Helper[] =>
  policy.helpers.filter(({ name }) => helpers.some(({ helper }) => helper === name));

function wayTo(said: Said, { name }: Tunnel): Match {
  const { places, policy } = said;
  const hops = policy.chains.find((chain) => chain.hops.includes(name))?.hops ?? [];
  const before = policy.tunnels.find((tunnel) => tunnel.name === hops[hops.indexOf(name) - 1]);
  return before
    ? { outInterface: places.tunnel(before.name), ...said.ownSource(before) }
    : { outInterface: places.outside() };
}

/** The leg to a helper on this machine: the carriers of its tunnels, and nobody else. */
export const helperLegs = (said: Said, view: View): PacketSet =>
  view.space.none.union(
    ...said.policy.tunnels.flatMap((tunnel) =>
      helpersOf(said, tunnel).map((helper) =>
        view.flow("out", { ...listening(helper), owner: tunnel.carrier[said.os] ?? [] }),
      ),
    ),
  );

export const toHelpers = ({ policy }: Said, view: View): PacketSet =>
  view.space.none.union(...policy.helpers.map((helper) => view.closed("out", listening(helper))));

const listening = ({ listen: { address, transport, port } }: Helper): Match => ({
  outInterface: loopback,
  destination: { set: address },
  transport: { kind: transport, destinationPorts: [{ first: port, last: port }] },
});

/** The daemon's echo requests, which nobody else can send: without one WireGuard does not even shake hands. */
export function probes(said: Said, view: View): PacketSet {
  const { policy, hops, places, os } = said;
  const prober = daemon[os];
  const echo: Readonly<Record<Family, Match>> = {
    ipv4: { transport: { kind: "icmp", types: [8] } },
    ipv6: { transport: { kind: "icmpv6", types: [128] } },
  };
  return view.space.none.union(
    ...policy.tunnels
      .filter(({ name }) => hops.isReachable(name))
      .flatMap((tunnel) =>
        families.map((family) =>
          view.flow("out", {
            outInterface: places.tunnel(tunnel.name),
            ...said.ownSource(tunnel),
            destination: { set: ofFamily(said.targets(tunnel.name), family) },
            ...echo[family],
            ...(prober && { owner: [[prober]] }),
          }),
        ),
      ),
  );
}

/** What tells the daemon's packets from all others; nothing does on macOS. */
const daemon: Readonly<Record<Os, Identity | undefined>> = {
  linux: { kind: "mark", value: 0x6b700000, mask: 0xffffffff },
  windows: { kind: "service", name: "ksp" },
  macos: undefined,
};
