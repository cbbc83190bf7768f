import { type Address, type Family, parseAddress } from "../net/address.ts";
import { type AddressSet, contains, ofFamily } from "../net/address-set.ts";
import { constant } from "../net/parse-net.ts";
import { belongsTo } from "./evaluate.ts";
import { type Interface, utunName } from "./packet.ts";
import type { Device, Os, PacketPattern, Path, Policy, Tunnel } from "./policy.ts";
import type { Locality, Zone } from "./ruleset.ts";

/** One interface that stands for all those a policy treats alike, and the addresses it has. */
export interface Vantage {
  /** As a policy names it: `through wg0`, `on uplink`. */
  readonly name: string;
  readonly device: Interface;
  /** One per family; a tunnel without an address of a family has none. */
  readonly own: Partial<Readonly<Record<Family, Address>>>;
  /** What the policy says of its addresses; absent: any that no tunnel has. */
  readonly known?: AddressSet;
}

/** Every tunnel, every link, and an interface that is neither. */
export function vantages(policy: Policy, os: Os): readonly Vantage[] {
  const tunnels = policy.tunnels.flatMap((tunnel) =>
    (tunnel.devices[os] ?? []).slice(0, 1).map((device) => tunnelVantage(tunnel, device, policy)),
  );
  const links = policy.links.flatMap((link) =>
    (link.devices[os] ?? []).slice(0, 1).map(
      (device): Vantage => ({
        name: `on ${link.name}`,
        device: { name: sampleName(device) },
        own: neighbourly(policy),
      }),
    ),
  );
  const other = { name: "elsewhere", device: { name: otherName(policy, os) }, own: neighbourly(policy) };
  return [...tunnels, ...links, other];
}

/** Those that a pattern speaks of; loopback only where it names an address of loopback. */
export function vantagesOf({ path, source, destination }: PacketPattern, policy: Policy, os: Os): readonly Vantage[] {
  const all = vantages(policy, os);
  const named = pathNames(path, policy);
  if (named) return all.filter(({ name }) => named.includes(name));
  const isLocal = [source, destination].some((set) => set?.some((r) => contains(loopbackAddresses, firstOf(r))));
  return isLocal ? [loopback, ...all] : all;
}

const loopbackAddresses = constant("127.0.0.0/8", "::1");
const loopback: Vantage = {
  name: "loopback",
  device: { name: "lo", kind: "loopback" },
  own: addressesOf("127.0.0.1", "::1"),
  known: loopbackAddresses,
};

function pathNames(path: Path, policy: Policy): readonly string[] | undefined {
  switch (path.kind) {
    case "any":
      return undefined;
    case "tunnel":
      return [`through ${path.tunnel}`];
    case "link":
      return [`on ${path.link}`];
    case "outside": {
      const links = policy.links.filter((link) => link.role === "outside");
      return links.length > 0 ? links.map((link) => `on ${link.name}`) : ["elsewhere"];
    }
  }
}

/** What an address is at the near end, on this machine: an address that no tunnel claims is taken for the interface's own. */
export function nearLocality(address: Address, at: Vantage, policy: Policy): Locality {
  const special = groupLocality(address);
  if (special) return special;
  if (at.known) return contains(at.known, address) ? "local" : "elsewhere";
  return isOfTunnel(address, policy) ? "elsewhere" : "local";
}

/** What an address is at the far end of an interface. */
export function farLocality(address: Address, at: Vantage): Locality {
  const isOwn = at.known ? contains(at.known, address) : at.own[address.family]?.value === address.value;
  return groupLocality(address) ?? (isOwn ? "local" : "elsewhere");
}

const groups = constant("224.0.0.0/4", "ff00::/8");
const broadcast = constant("255.255.255.255");

function groupLocality(address: Address): Locality | undefined {
  if (contains(groups, address)) return "multicast";
  return contains(broadcast, address) ? "broadcast" : undefined;
}

export const firstOf = ({ family, first }: AddressSet[number]): Address => ({ family, value: first });

function tunnelVantage(tunnel: Tunnel, device: Device, policy: Policy): Vantage {
  const kind = { wireguard: "wireguard", openvpn: "tun", ipsec: "xfrm", other: undefined }[tunnel.protocol];
  const sample = { name: `through ${tunnel.name}`, device: { name: sampleName(device), ...(kind && { kind }) } };
  if (tunnel.address.kind === "assigned") return { ...sample, own: neighbourly(policy) };
  const known = tunnel.address.addresses;
  const [ipv4] = ofFamily(known, "ipv4");
  const [ipv6] = ofFamily(known, "ipv6");
  return { ...sample, own: { ...(ipv4 && { ipv4: firstOf(ipv4) }), ...(ipv6 && { ipv6: firstOf(ipv6) }) }, known };
}

/** Private addresses that no tunnel has. */
function neighbourly(policy: Policy): Vantage["own"] {
  const free = (...texts: readonly string[]): Address | undefined =>
    texts.map(parseAddress).find((address) => address !== undefined && !isOfTunnel(address, policy));
  const ipv4 = free("192.168.1.2", "172.16.1.2", "10.1.1.2");
  const ipv6 = free("fd00::2", "fd01::2", "fe80::2");
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
}

function addressesOf(v4: string, v6: string): Vantage["own"] {
  const ipv4 = parseAddress(v4);
  const ipv6 = parseAddress(v6);
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
}

const isOfTunnel = (address: Address, policy: Policy): boolean =>
  policy.tunnels.some((t) => t.address.kind === "static" && contains(t.address.addresses, address));

function sampleName(device: Device): string {
  switch (device.kind) {
    case "named":
      return device.name;
    case "prefix":
      return `${device.prefix}0`;
    case "utun":
      return utunName(device);
  }
}

/** A name that no tunnel and no link has. */
function otherName(policy: Policy, os: Os): string {
  const devices = [...policy.tunnels, ...policy.links].flatMap((owner) => owner.devices[os] ?? []);
  const everyone: Zone = { name: "", kind: "link", devices };
  const names = ["eth0", "wlan0", "en0", ...Array.from("abcdefghijklmnopqrstuvwxyz0123456789", (c) => `${c}0`)];
  return names.find((name) => !belongsTo(everyone, { name })) ?? "eth0";
}
