import type { Device, Link, Policy, Tunnel } from "../../policy.ts";

/** Links and tunnels: whatever declares interfaces. */
export const interfaceOwners = (policy: Policy): readonly (Link | Tunnel)[] => [...policy.links, ...policy.tunnels];

export const ownerName = (owner: Link | Tunnel): string => `${"role" in owner ? "link" : "tunnel"} \`${owner.name}\``;

export const formatDevice = (device: Device): string =>
  device.kind === "named" ? device.name : device.kind === "prefix" ? `${device.prefix}*` : "utun";

/** An interface can have both names. The `utun` of each tunnel is another one. */
export function devicesOverlap(a: Device, b: Device): boolean {
  if (a.kind === "utun" || b.kind === "utun") return a.kind === "utun" && b.kind === "utun" && a.of === b.of;
  if (a.kind === "prefix" && b.kind === "prefix") return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
  if (a.kind === "prefix") return b.kind === "named" && b.name.startsWith(a.prefix);
  return b.kind === "prefix" ? a.name.startsWith(b.prefix) : a.name === b.name;
}
