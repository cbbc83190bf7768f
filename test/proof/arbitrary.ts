import fc from "fast-check";
import { type Packet, reverse } from "../../src/ir/packet.ts";
import type { Identity } from "../../src/ir/policy.ts";
import {
  type AddressMatch,
  accept,
  drop,
  type InterfaceSet,
  localities,
  type Match,
  type Rule,
  type Ruleset,
  type Zone,
} from "../../src/ir/ruleset.ts";
import { type AddressSet, addressSet, complement, union } from "../../src/net/address-set.ts";
import { constant } from "../../src/net/parse-net.ts";
import { type PortSet, portSet } from "../../src/net/port-set.ts";
import type { Transport } from "../../src/net/protocol.ts";

/** Rules and packets out of few values, so that they meet: every field of a match, every edge of a range. */

/** A field that is asked for about every other time. */
const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 2 });

function defined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
}

const blocks: readonly AddressSet[] = [
  constant("10.0.0.0/8"),
  constant("10.64.0.2"),
  constant("10.64.0.0/10"),
  constant("192.168.1.0/24", "192.168.3.0/24", "fd00::/8"),
  constant("192.0.2.1-192.0.2.9"),
  constant("0.0.0.0", "255.255.255.255"),
  constant("2001:db8::/32"),
  constant("2001:db8::7", "fe80::/10"),
  constant("::", "ff02::1"),
  constant("0.0.0.0/0"),
  complement(constant("10.0.0.0/8"), "ipv4"),
];
const addressSets: fc.Arbitrary<AddressSet> = fc
  .subarray([...blocks], { minLength: 1, maxLength: 3 })
  .map((sets) => union(...sets));

/** The wider one is `within`, where there is one. */
const addressMatches: fc.Arbitrary<AddressMatch> = fc
  .record({ set: addressSets, more: some(addressSets), isEmpty: fc.boolean() })
  .map(({ set, more, isEmpty }): AddressMatch => {
    if (!more) return { set };
    return { set: isEmpty ? addressSet([]) : set, table: "t", within: union(set, more) };
  });

const zones: fc.Arbitrary<Zone> = fc.constantFrom<Zone>(
  { name: "a", kind: "link", devices: [{ kind: "named", name: "eth0" }] },
  {
    name: "b",
    kind: "link",
    devices: [
      { kind: "prefix", prefix: "eth" },
      { kind: "named", name: "br0" },
    ],
  },
  { name: "c", kind: "tunnel", protocol: "wireguard", devices: [{ kind: "named", name: "wg0" }] },
  { name: "d", kind: "tunnel", protocol: "openvpn", devices: [{ kind: "prefix", prefix: "wg" }] },
  { name: "e", kind: "tunnel", protocol: "ipsec", devices: [{ kind: "named", name: "ipsec0" }] },
  {
    name: "f",
    kind: "tunnel",
    protocol: "other",
    devices: [
      { kind: "utun", of: "f" },
      { kind: "named", name: "utun7" },
    ],
  },
);
const interfaceSets: fc.Arbitrary<InterfaceSet> = fc.oneof(
  fc.constant<InterfaceSet>({ kind: "loopback" }),
  fc.record({ kind: fc.constant("one-of" as const), zones: fc.array(zones, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant("none-of" as const), zones: fc.array(zones, { maxLength: 3 }) }),
);

const portNumbers = [0, 1, 52, 53, 54, 443, 40000, 65534, 65535];
const portSets: fc.Arbitrary<PortSet> = fc
  .array(fc.tuple(fc.constantFrom(...portNumbers), fc.constantFrom(0, 1, 400)), { minLength: 1, maxLength: 3 })
  .map((list) => portSet(list.map(([first, more]) => ({ first, last: Math.min(65535, first + more) }))));
const icmpTypes = [0, 3, 8, 13, 14, 128, 129, 255];
const transports: fc.Arbitrary<Transport> = fc.oneof(
  fc
    .record({ kind: fc.constantFrom("tcp" as const, "udp" as const), from: some(portSets), to: some(portSets) })
    .map(({ kind, from, to }): Transport => ({ kind, ...defined({ sourcePorts: from, destinationPorts: to }) })),
  fc
    .record({
      kind: fc.constantFrom("icmp" as const, "icmpv6" as const),
      types: some(fc.subarray(icmpTypes, { minLength: 1 })),
    })
    .map(({ kind, types }): Transport => ({ kind, ...defined({ types }) })),
  fc.constantFrom(1, 6, 47, 58, 255, 0).map((number): Transport => ({ kind: "protocol", number })),
);

const identities: fc.Arbitrary<Identity> = fc.constantFrom<Identity>(
  { kind: "mark", value: 0x6b73, mask: 0xffff },
  { kind: "mark", value: 0, mask: 1 },
  { kind: "mark", value: 0x80000000, mask: 0xffffffff },
  { kind: "mark", value: 2, mask: 1 },
  { kind: "user", id: 1000 },
  { kind: "user", name: "vpn" },
  { kind: "user" },
  { kind: "group", id: 5 },
  { kind: "slice", path: "a.slice" },
  { kind: "program", path: "/bin/a" },
  { kind: "service", name: "a" },
);

export const matchFields: { readonly [F in keyof Required<Match>]: fc.Arbitrary<Required<Match>[F]> } = {
  family: fc.constantFrom("ipv4", "ipv6", "arp"),
  inInterface: interfaceSets,
  outInterface: interfaceSets,
  source: addressMatches,
  destination: addressMatches,
  sourceLocality: fc.subarray([...localities], { minLength: 1 }),
  destinationLocality: fc.subarray([...localities], { minLength: 1 }),
  transport: transports,
  hopLimit: fc.constantFrom(1, 255),
  owner: fc.array(fc.array(identities, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  rewritten: fc.constant(true),
  related: fc.constant("icmp-error"),
};

/** Few fields at once: more would match next to nothing. */
export const matches: fc.Arbitrary<Match> = fc
  .tuple(fc.record(matchFields), fc.subarray(Object.keys(matchFields), { maxLength: 4 }))
  .map(([whole, chosen]) => Object.fromEntries(Object.entries(whole).filter(([key]) => chosen.includes(key))));

const rules: fc.Arbitrary<Rule> = fc.record({
  stage: fc.constant("exemption" as const),
  direction: fc.constantFrom("out" as const, "in" as const, "forward" as const),
  match: matches,
  verdict: fc.constantFrom(accept, accept, drop),
  replies: fc.boolean(),
  from: fc.constant("some"),
});

const closed: readonly Rule[] = (["out", "in", "forward"] as const).flatMap((direction) =>
  [{}, { family: "arp" } as const].map(
    (match): Rule => ({ stage: "closed", direction, match, verdict: drop, replies: false, from: "closed" }),
  ),
);

export const rulesets: fc.Arbitrary<Ruleset> = fc
  .array(rules, { maxLength: 12 })
  .map((list) => ({ state: "some", rewrites: [], rules: [...list, ...closed] }));

// ---- packets -------------------------------------------------------------------------------------------------------

/** Every edge of every range, and its neighbours. */
const edges = (family: "ipv4" | "ipv6"): readonly bigint[] => {
  const most = (1n << (family === "ipv4" ? 32n : 128n)) - 1n;
  const near = union(...blocks)
    .concat(blocks.flat())
    .filter((range) => range.family === family)
    .flatMap(({ first, last }) => [first - 1n, first, last, last + 1n]);
  return [...new Set([...near, 0n, most])].filter((value) => value >= 0n && value <= most);
};

const names = [
  "eth0",
  "eth",
  "eth1",
  "br0",
  "wg0",
  "wg",
  "wg1",
  "ipsec0",
  "utun",
  "utun7",
  "utun-f",
  "utun-f0",
  "lo",
  "x",
];
const kinds = [undefined, "loopback", "wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6", "veth"];
const devices = fc
  .record({ name: fc.constantFrom(...names), kind: fc.constantFrom(...kinds) })
  .map(({ name, kind }) => ({ name, ...defined({ kind }) }));

const ports = portNumbers
  .flatMap((port) => [port - 1, port, port + 1, port + 400, port + 401])
  .filter((p) => p >= 0 && p <= 65535);
const payloads = fc.oneof(
  fc.record({
    protocol: fc.constantFrom(6, 17),
    sourcePort: fc.constantFrom(...ports),
    destinationPort: fc.constantFrom(...ports),
  }),
  fc.record({ protocol: fc.constantFrom(1, 58), icmpType: fc.constantFrom(...icmpTypes, 1, 254) }),
  fc.record({ protocol: fc.constantFrom(0, 1, 6, 17, 47, 48, 58, 255) }),
);

const owners = fc
  .record({
    mark: fc.constantFrom(0, 1, 2, 0x6b73, 0x16b73, 0x80000000, 0xffffffff),
    user: fc.constantFrom(undefined, 0, 1000, 1001, "vpn", "1000"),
    group: fc.constantFrom(undefined, 5, 6),
    slice: fc.constantFrom(undefined, "a.slice", "b.slice"),
    program: fc.constantFrom(undefined, "/bin/a", "/bin/b"),
    service: fc.constantFrom(undefined, "a", "b"),
  })
  .map(({ mark, ...socket }) => ({ mark, ...defined(socket) }));

export const packets: fc.Arbitrary<Packet> = fc
  .record({
    direction: fc.constantFrom("out" as const, "in" as const, "forward" as const),
    family: fc.constantFrom("ipv4" as const, "ipv4" as const, "ipv6" as const, "ipv6" as const, "arp" as const),
    devices: fc.tuple(some(devices), some(devices)),
    ipv4: fc.tuple(fc.constantFrom(...edges("ipv4")), fc.constantFrom(...edges("ipv4"))),
    ipv6: fc.tuple(fc.constantFrom(...edges("ipv6")), fc.constantFrom(...edges("ipv6"))),
    sourceLocality: fc.constantFrom(...localities),
    destinationLocality: fc.constantFrom(...localities),
    payload: payloads,
    hopLimit: fc.constantFrom(0, 1, 2, 64, 254, 255),
    owner: owners,
    connection: fc.constantFrom(
      "new" as const,
      "established-original" as const,
      "established-reply" as const,
      "established-reply" as const,
      "related" as const,
    ),
    rewritten: fc.constantFrom(undefined, true as const),
  })
  .map(({ devices: [inInterface, outInterface], ipv4, ipv6, rewritten, ...packet }): Packet => {
    const [source, destination] = packet.family === "ipv6" ? ipv6 : ipv4;
    return { ...packet, source, destination, ...defined({ inInterface, outInterface, rewritten }) };
  });

/** A packet, and the reply to it. */
export const withReply = (packet: Packet): readonly Packet[] => [
  packet,
  { ...reverse(packet), connection: "established-reply" },
];
