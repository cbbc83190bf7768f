import { belongsTo } from "../../../src/ir/evaluate.ts";
import type { Interface } from "../../../src/ir/packet.ts";
import { type Plan, rulesetsOf } from "../../../src/ir/plan.ts";
import type { Policy } from "../../../src/ir/policy.ts";
import type { Locality, Rule, Zone } from "../../../src/ir/ruleset.ts";
import { type Address, formatAddress, parseAddress, width } from "../../../src/net/address.ts";
import { type AddressSet, contains } from "../../../src/net/address-set.ts";
import { constant } from "../../../src/net/parse-net.ts";

/** An interface of the laboratory, and the addresses that it has. */
export interface WorldDevice extends Interface {
  readonly addresses: readonly Own[];
}
interface Own extends Address {
  readonly length: number;
}

/** The interfaces that a policy names, some that are nearly named so, and one that nobody names; every one has its addresses. */
export interface World {
  readonly devices: readonly WorldDevice[];
  /** Whose an address is, seen from an interface: what the kernel's own look-up says. */
  readonly locality: (address: Address, device: Interface) => Locality;
  /** Lines of `ip`: interfaces with their addresses. */
  readonly lines: string;
  /** Lines of `ip` for either family: from each interface to everywhere. */
  readonly ways: string;
  /** How a packet comes in by an interface; tun devices have to be held open. */
  readonly wire: (device: Interface) => string;
  readonly tuns: readonly string[];
}

const mostDevices = 24;

/** `impostors`: the interfaces of tunnels are cards that only have their names. */
export type Tunnels = "tunnels" | "impostors";

export function worldOf(policy: Policy, plan: Plan, tunnels: Tunnels): World {
  const rules = rulesetsOf(plan).flatMap((ruleset) => ruleset.rules);
  const zones = zonesOf(rules);
  const named = zones.flatMap((zone) =>
    zone.devices.flatMap((device): Interface[] => {
      if (device.kind === "utun") return [];
      const name = device.kind === "named" ? device.name : `${device.prefix}0`;
      const isTun = tunnels === "tunnels" && (zone.protocol === "wireguard" || zone.protocol === "openvpn");
      const near = device.kind === "named" ? `${name}0` : `${device.prefix}1`;
      return [{ name, ...(isTun && { kind: "tun" }) }, { name: near }];
    }),
  );
  const all = [...named, { name: "eth0" }, { name: "other0" }].filter(({ name }) => name.length < 16);
  // Of one name the first with a kind counts: a rule may speak of a tunnel's interface by its name alone.
  const distinct = [...new Set(all.map(({ name }) => name))].flatMap((name) => {
    const same = all.filter((device) => device.name === name);
    return same.find(({ kind }) => kind !== undefined) ?? same.slice(0, 1);
  });
  const devices: readonly WorldDevice[] = [
    { name: "lo", kind: "loopback", addresses: [own("127.0.0.1", 8), own("::1", 128)] },
    ...withAddresses(distinct.slice(0, mostDevices), (device, i) => addressesOf(device, i + 1, policy, zones, rules)),
  ];
  return {
    devices,
    locality: (address, device) =>
      localityOf(
        address,
        devices.find(({ name }) => name === device.name),
      ),
    lines: devices.flatMap((device) => linesOf(device, devices)).join("\n"),
    ways: devices.flatMap(waysOf).join("\n"),
    wire: ({ name, kind }) =>
      kind === "tun" ? `tun ${name}` : name === "lo" ? "lo" : `${name} ${peer(devices, name)}`,
    tuns: devices.flatMap(({ name, kind }) => (kind === "tun" ? [`tun ${name}`] : [])),
  };
}

function zonesOf(rules: readonly Rule[]): readonly Zone[] {
  const sets = rules.flatMap(({ match }) => [match.inInterface, match.outInterface]);
  const zones = sets.flatMap((set) => (set && set.kind !== "loopback" ? set.zones : []));
  return [...new Map(zones.map((zone) => [`${zone.kind} ${zone.name} ${zone.protocol}`, zone])).values()];
}

function own(text: string, length: number): Own {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return { ...address, length };
}

const ownable = (address: Address): boolean => !contains(special, address);
const special = constant("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8");

/** Each address once: of one that two interfaces have, the kernel knows the first. */
function withAddresses(
  devices: readonly Interface[],
  wanted: (device: Interface, index: number) => readonly Own[],
): readonly WorldDevice[] {
  const taken = new Set<string>();
  return devices.map((device, i) => {
    const addresses = wanted(device, i).filter((address) => !taken.has(formatAddress(address)));
    for (const address of addresses) taken.add(formatAddress(address));
    return { ...device, addresses };
  });
}

/** A tunnel has the addresses that its policy says; what rules ask of our own end somebody has, too. */
function addressesOf(
  device: Interface,
  index: number,
  { tunnels }: Policy,
  zones: readonly Zone[],
  rules: readonly Rule[],
): readonly Own[] {
  const ofTunnels = tunnels.flatMap(({ address }) => (address.kind === "static" ? address.addresses : []));
  const [zone] = zones.filter((candidate) => belongsTo(candidate, device));
  const tunnel = zone?.kind === "tunnel" ? tunnels.find(({ name }) => name === zone.name) : undefined;
  if (tunnel?.address.kind === "static") return firsts(tunnel.address.addresses);
  const asked = rules.flatMap(({ direction, match, verdict }): AddressSet => {
    const interfaces = direction === "in" ? match.inInterface : match.outInterface;
    const mine = direction === "in" ? match.destination : direction === "out" ? match.source : undefined;
    const isHere = interfaces?.kind === "one-of" && interfaces.zones.some((candidate) => belongsTo(candidate, device));
    return verdict.kind === "accept" && isHere && mine ? mine.set : [];
  });
  const free = firsts(asked)
    .filter((address) => ownable(address) && !contains(ofTunnels, address))
    .slice(0, 4);
  return [
    own(`192.168.${50 + index}.1`, 24),
    own(`fd50:${index}::1`, 64),
    ...(device.kind === "tun" ? [] : [own(`fe80::${index}`, 64)]),
    ...free,
  ];
}

const firsts = (set: AddressSet): readonly Own[] =>
  [...new Map(set.map((range) => [formatAddress({ family: range.family, value: range.first }), range])).values()].map(
    ({ family, first }) => ({ family, value: first, length: width(family) }),
  );

function localityOf(address: Address, device: WorldDevice | undefined): Locality {
  const isOf = (set: AddressSet): boolean => contains(set, address);
  if (isOf(groups)) return "multicast";
  if (isOf(broadcasts)) return "broadcast";
  const mine = device?.addresses.filter(({ family }) => family === address.family) ?? [];
  if (mine.some(({ value }) => value === address.value)) return "local";
  if (device?.name === "lo" && isOf(loopback)) return "local";
  const subnet = mine.find(({ length }) => length === 24);
  const end = subnet && subnet.value | 0xffn;
  return address.family === "ipv4" && end === address.value ? "broadcast" : "elsewhere";
}
const groups = constant("224.0.0.0/4", "ff00::/8");
/** The kernel takes 0.0.0.0 for a broadcast, and no other address of its network. */
const broadcasts = constant("255.255.255.255", "0.0.0.0");
const loopback = constant("127.0.0.0/8");

const peer = (devices: readonly Interface[], name: string): string =>
  `zz-${devices.findIndex((device) => device.name === name)}`;

/** Marks of the laboratory's own routing; it takes them off before anybody looks. */
export const routeMark = (index: number): number => 0x7b00_0000 + index;
const table = (index: number): number => 1000 + index;

function linesOf({ name, kind, addresses }: WorldDevice, all: readonly WorldDevice[]): readonly string[] {
  const assigned = addresses.map(
    (address) =>
      `address add ${formatAddress(address)}/${address.length} dev ${name}${address.family === "ipv6" ? " nodad" : ""}`,
  );
  if (name === "lo") return ["link set lo up"];
  const made =
    kind === "tun"
      ? [`tuntap add dev ${name} mode tun`]
      : [
          `link add dev ${name} type veth peer name ${peer(all, name)}`,
          `link set dev ${peer(all, name)} up`,
          `link set dev ${name} arp off`,
        ];
  return [...made, `link set dev ${name} addrgenmode none`, ...assigned, `link set dev ${name} up`];
}

/** A way to everywhere, for packets that ask for the interface. */
const waysOf = ({ name }: WorldDevice, index: number): readonly string[] =>
  name === "lo"
    ? []
    : [
        `route add default dev ${name} table ${table(index)}`,
        `rule add pref 100 oif ${name} table ${table(index)}`,
        `rule add pref 101 fwmark ${routeMark(index)} table ${table(index)}`,
      ];

export const settings: readonly string[] = [
  "net.ipv4.conf.all.rp_filter=0",
  "net.ipv4.conf.default.rp_filter=0",
  "net.ipv4.conf.all.accept_local=1",
  "net.ipv4.conf.default.accept_local=1",
  "net.ipv4.conf.all.route_localnet=1",
  "net.ipv4.conf.default.route_localnet=1",
  "net.ipv4.ip_forward=1",
  "net.ipv4.icmp_ratelimit=0",
  "net.ipv6.conf.all.forwarding=1",
  "net.ipv6.conf.all.accept_dad=0",
  "net.ipv6.conf.default.accept_dad=0",
  "net.netfilter.nf_conntrack_checksum=0",
  "net.netfilter.nf_conntrack_tcp_be_liberal=1",
];
