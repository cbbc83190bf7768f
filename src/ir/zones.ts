import type { Name, Os, Path, Policy, Tunnel } from "./policy.ts";
import type { InterfaceSet, Zone } from "./ruleset.ts";
import type { State } from "./states.ts";

/** Where a statement's path leads, as interfaces of one system. */

/** The kinds of interfaces are a feature of Linux alone, and of its kernel: lockdown does without, and knows a tunnel by its name. */
export function tunnelZone(tunnel: Tunnel, os: Os, state: State): Zone {
  const zone = { name: tunnel.name, kind: "tunnel", devices: tunnel.devices[os] ?? [] } as const;
  return os !== "linux" || state.mode === "lockdown" ? zone : { ...zone, protocol: tunnel.protocol };
}

const linkZones = (policy: Policy, os: Os, role: "outside" | "inside"): readonly Zone[] =>
  policy.links
    .filter((l) => l.role === role)
    .map((l) => ({ name: l.name, kind: "link", devices: l.devices[os] ?? [] }));

const tunnelZones = (policy: Policy, os: Os, state: State): readonly Zone[] =>
  policy.tunnels.map((t) => tunnelZone(t, os, state));

export const loopback: InterfaceSet = { kind: "loopback" };
/** Every interface but loopback. */
export const everywhere: InterfaceSet = { kind: "none-of", zones: [] };
export const oneOf = (...zones: readonly Zone[]): InterfaceSet => ({ kind: "one-of", zones });

/** Every interface but loopback and tunnels. */
export const noTunnel = (policy: Policy, os: Os, state: State): InterfaceSet => ({
  kind: "none-of",
  zones: tunnelZones(policy, os, state),
});

/** Links of role outside; where none is declared, every interface that is no loopback, tunnel or inside link. */
export function outside(policy: Policy, os: Os, state: State): InterfaceSet {
  const links = linkZones(policy, os, "outside");
  if (links.length > 0) return { kind: "one-of", zones: links };
  return { kind: "none-of", zones: [...tunnelZones(policy, os, state), ...linkZones(policy, os, "inside")] };
}

/** Interfaces where neighbours are: outside and inside links. */
export function links(policy: Policy, os: Os, state: State): InterfaceSet {
  const inside = linkZones(policy, os, "inside");
  const out = outside(policy, os, state);
  if (out.kind === "one-of") return { kind: "one-of", zones: [...out.zones, ...inside] };
  return noTunnel(policy, os, state);
}

export function pathInterfaces(path: Path, policy: Policy, os: Os, state: State): InterfaceSet {
  switch (path.kind) {
    case "any":
      return everywhere;
    case "outside":
      return outside(policy, os, state);
    case "tunnel":
      return oneOf(tunnelZone(tunnelNamed(policy, path.tunnel), os, state));
    case "link": {
      const link = policy.links.find((l) => l.name === path.link);
      if (!link) throw new Error(`no link ${path.link}`);
      return oneOf({ name: link.name, kind: "link", devices: link.devices[os] ?? [] });
    }
  }
}

export function tunnelNamed(policy: Policy, name: Name): Tunnel {
  const tunnel = policy.tunnels.find((t) => t.name === name);
  if (!tunnel) throw new Error(`no tunnel ${name}`);
  return tunnel;
}
