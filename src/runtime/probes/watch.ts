import type { Bundle } from "../../ir/bundle.ts";
import type { Device, Probe } from "../../ir/policy.ts";
import { formatAddress } from "../../net/address.ts";
import type { AddressSet } from "../../net/address-set.ts";
import type { Guarded } from "../machine/state.ts";

/** What is watched of one tunnel. */
export interface Watched {
  readonly tunnel: string;
  readonly devices: readonly Device[];
  readonly servers: AddressSet;
  readonly probes: readonly NamedProbe[];
}

export type NamedProbe =
  | { readonly name: string; readonly kind: "interface" }
  | { readonly name: string; readonly kind: "handshake"; readonly within: number }
  | { readonly name: string; readonly kind: "management"; readonly socket: string }
  | { readonly name: string; readonly kind: "route"; readonly prefixes: AddressSet }
  | {
      readonly name: string;
      readonly kind: "heartbeat";
      readonly target: string;
      readonly every: number;
      readonly lostAfter: number;
    };

/** The age of a handshake, and what OpenVPN says of itself, is what it is, whatever was closed since. */
const isThroughPath = ({ kind }: NamedProbe): boolean => kind === "heartbeat";

/** The chains of a bundle as the machine guards them. */
export const guardedChains = (
  { runtime: { chains, tunnels } }: Bundle,
  watched: readonly Watched[],
): readonly Guarded[] =>
  chains.map(({ name, hops }) => ({
    name,
    everything: tunnels.find((tunnel) => tunnel.name === hops.at(-1))?.carries.everything === true,
    hops: hops.map((tunnel) => ({
      tunnel,
      probes: (watched.find((each) => each.tunnel === tunnel)?.probes ?? []).map((probe) => ({
        name: probe.name,
        throughPath: isThroughPath(probe),
      })),
    })),
  }));

/** The interface is always watched; each target of a heartbeat counts by itself. */
export function watchedTunnels({ runtime: { tunnels, watches } }: Bundle): readonly Watched[] {
  return tunnels.map(({ name, devices, servers }) => ({
    tunnel: name,
    devices: devices.linux ?? [],
    servers: servers.flatMap(({ addresses }) => addresses),
    probes: [
      { name: "interface", kind: "interface" },
      ...watches
        .filter(({ tunnel }) => tunnel === name)
        .flatMap(({ probes }) => probes.flatMap((probe) => namedProbes(probe))),
    ],
  }));
}

function namedProbes(probe: Probe): readonly NamedProbe[] {
  switch (probe.kind) {
    case "interface":
      return [];
    case "handshake":
      return [{ name: "handshake", ...probe }];
    case "management":
      return [{ name: "management", ...probe }];
    case "route":
      return [{ name: "route", ...probe }];
    case "heartbeat":
      return addressesIn(probe.targets).map((target) => {
        const { every, lostAfter } = probe;
        return { name: `heartbeat ${target}`, kind: "heartbeat", target, every, lostAfter };
      });
  }
}

/** A ping each: a whole network would be a flood. */
const mostTargets = 16;

/** Neighbours among targets were written as one range. */
function addressesIn(set: AddressSet): readonly string[] {
  const found: string[] = [];
  for (const { family, first, last } of set)
    for (let value = first; value <= last && found.length <= mostTargets; value++)
      found.push(formatAddress({ family, value }));
  return found;
}

/** Why the bundle cannot be watched, in words. */
export const watchFault = (watched: readonly Watched[]): string | undefined =>
  watched
    .map(({ tunnel, probes }) => {
      if (probes.filter(({ kind }) => kind === "heartbeat").length > mostTargets)
        return `\`watch ${tunnel}\` asks more than ${mostTargets} addresses`;
      return probes.length < 2 ? `\`${tunnel}\` has no watch` : undefined;
    })
    .find((fault) => fault !== undefined);
