import { describe, expect, test } from "vitest";
import { Sets } from "../../src/emitters/nft/sets.ts";
import { Slices } from "../../src/emitters/nft/slices.ts";
import { matchLines, type WordedMatch } from "../../src/emitters/nft/words.ts";
import type { Match } from "../../src/ir/ruleset.ts";
import { families } from "../../src/net/address.ts";
import { complement, union } from "../../src/net/address-set.ts";
import { constant } from "../../src/net/parse-net.ts";
import { ports } from "../../src/net/port-set.ts";

const to = (...texts: readonly string[]): Match => ({ destination: { set: constant(...texts) } });
const from = (...texts: readonly string[]): Match => ({ source: { set: constant(...texts) } });
const but = (...texts: readonly string[]) => union(...families.map((family) => complement(constant(...texts), family)));
const odd = Array.from({ length: 9 }, (_, i) => `192.0.2.${2 * i + 1}`);

const inSets = (match: WordedMatch): readonly string[] =>
  matchLines(match, "owner-1", { kind: "sets", sets: new Sets(), slices: new Slices([]) }).map((line) =>
    line.map(({ text }) => text).join(" "),
  );
const inLiterals = (match: WordedMatch): readonly string[] =>
  matchLines(match, "owner-1", { kind: "literals" }).map((line) => line.map(({ text }) => text).join(" "));

const rows: readonly (readonly [
  name: string,
  match: WordedMatch,
  sets: readonly string[],
  literals?: readonly string[],
])[] = [
  ["nothing", {}, [""]],
  ["IPv4", { family: "ipv4" }, ["meta nfproto ipv4"]],
  ["IPv6", { family: "ipv6" }, ["meta nfproto ipv6"]],
  ["an address", to("10.0.0.1"), ["ip daddr 10.0.0.1"]],
  ["a prefix", from("fd00::/8"), ["ip6 saddr fd00::/8"]],
  ["a range", to("10.0.0.1-10.0.0.3"), ["ip daddr 10.0.0.1-10.0.0.3"]],
  ["both families", to("10.0.0.1", "fd00::1"), ["ip daddr 10.0.0.1", "ip6 daddr fd00::1"]],
  ["one family of both", { ...to("10.0.0.1", "fd00::1"), family: "ipv6" }, ["ip6 daddr fd00::1"]],
  [
    "families that both ends have",
    { ...from("10.0.0.1", "fd00::1"), ...to("10.0.0.2") },
    ["ip saddr 10.0.0.1 ip daddr 10.0.0.2"],
  ],
  [
    "several addresses",
    to("10.0.0.1", "10.0.0.3"),
    ["ip daddr { 10.0.0.1, 10.0.0.3 }"],
    ["ip daddr 10.0.0.1", "ip daddr 10.0.0.3"],
  ],
  ["a long set", to(...odd), ["ip daddr @owner-1_ipv4"], odd.map((address) => `ip daddr ${address}`)],
  [
    "a list",
    { destination: { set: constant("10.0.0.1", "fd00::1"), table: "office" } },
    ["ip daddr @office_ipv4", "ip6 daddr @office_ipv6"],
    ["ip daddr 10.0.0.1", "ip6 daddr fd00::1"],
  ],
  ["all of a family", to("0.0.0.0/0"), ["meta nfproto ipv4"]],
  ["all of both families", to("0.0.0.0/0", "::/0"), ["meta nfproto ipv4", "meta nfproto ipv6"]],
  ["a list of everything", { destination: { set: constant("0.0.0.0/0"), table: "all" } }, ["meta nfproto ipv4"]],
  ["all but one", { source: { set: but("10.64.0.2", "fd64::2") } }, ["ip saddr != 10.64.0.2", "ip6 saddr != fd64::2"]],
  [
    "all but several",
    { source: { set: complement(constant("10.0.0.1", "10.0.0.3"), "ipv4") } },
    ["ip saddr != { 10.0.0.1, 10.0.0.3 }"],
    ["ip saddr != 10.0.0.1 ip saddr != 10.0.0.3"],
  ],
  ["tcp", { transport: { kind: "tcp" } }, ["meta l4proto tcp"]],
  ["udp to a port", { transport: { kind: "udp", destinationPorts: ports(53) } }, ["udp dport 53"]],
  [
    "ports and a range",
    {
      transport: {
        kind: "tcp",
        destinationPorts: [
          { first: 22, last: 22 },
          { first: 8000, last: 8100 },
        ],
      },
    },
    ["tcp dport { 22, 8000-8100 }"],
    ["tcp dport 22", "tcp dport 8000-8100"],
  ],
  [
    "ports at both ends",
    { transport: { kind: "udp", sourcePorts: ports(67), destinationPorts: ports(68) } },
    ["udp sport 67 udp dport 68"],
  ],
  [
    "tcp and udp",
    { transport: { kind: "tcp", destinationPorts: ports(53) }, alsoUdp: true },
    ["th dport 53 meta l4proto { tcp, udp }"],
  ],
  ["a protocol", { transport: { kind: "protocol", number: 50 } }, ["meta l4proto 50"]],
  ["icmp", { transport: { kind: "icmp" } }, ["meta nfproto ipv4 meta l4proto icmp"]],
  ["icmpv6", { transport: { kind: "icmpv6" } }, ["meta nfproto ipv6 meta l4proto ipv6-icmp"]],
  [
    "icmp types",
    { transport: { kind: "icmp", types: [8, 3] } },
    ["icmp type { echo-request, destination-unreachable }"],
    ["icmp type echo-request", "icmp type destination-unreachable"],
  ],
  ["a type without a name", { transport: { kind: "icmpv6", types: [200] } }, ["icmpv6 type 200"]],
  ["a hop limit", { hopLimit: 1 }, ["ip ttl 1", "ip6 hoplimit 1"]],
  [
    "a hop limit of IPv6",
    { transport: { kind: "icmpv6", types: [135] }, hopLimit: 255 },
    ["icmpv6 type nd-neighbor-solicit ip6 hoplimit 255"],
  ],
  ["our address", { sourceLocality: ["local"] }, ["fib saddr . oif type local"]],
  [
    "no address of ours",
    { sourceLocality: ["broadcast", "multicast", "elsewhere"] },
    ["fib saddr . oif type != local"],
  ],
  ["to us", { destinationLocality: ["local", "broadcast"] }, ["fib daddr . iif type { local, broadcast }"]],
  [
    "to somebody else",
    { destinationLocality: ["elsewhere"] },
    ["fib daddr . iif type != { local, broadcast, multicast }"],
  ],
  ["a mark", { owner: [[{ kind: "mark", value: 0x6b70, mask: 0xffffffff }]] }, ["meta mark 0x6b70"]],
  ["part of a mark", { owner: [[{ kind: "mark", value: 0x1, mask: 0xff }]] }, ["meta mark & 0xff == 0x1"]],
  [
    "a user and a group, or a mark",
    {
      owner: [
        [
          { kind: "user", id: 994 },
          { kind: "group", id: 990 },
        ],
        [{ kind: "mark", value: 1, mask: 0xff }],
      ],
    },
    ["meta skuid 994 meta skgid 990", "meta mark & 0xff == 0x1"],
  ],
  ["root", { owner: [[{ kind: "user", id: 0 }]] }, ["meta skuid 0"]],
  [
    "an error about a flow",
    { related: "icmp-error", transport: { kind: "icmp", types: [3] } },
    ["ct state related icmp type destination-unreachable"],
  ],
];

describe("words", () => {
  for (const [name, match, sets, literals = sets] of rows) {
    test(name, () => {
      expect(inSets(match)).toEqual(sets);
      // At boot there is no look-up of addresses, and tcp and udp stay apart.
      if (!match.alsoUdp && !match.sourceLocality && !match.destinationLocality)
        expect(inLiterals(match)).toEqual(literals);
    });
  }

  test("every combination of literals is a line", () => {
    const match: Match = {
      ...to("10.0.0.1", "10.0.0.3"),
      transport: { kind: "udp", destinationPorts: ports(53, 853) },
    };
    expect(inLiterals(match)).toEqual(
      ["1 53", "1 853", "3 53", "3 853"].map((pair) => pair.replace(/(\d) (\d+)/, "ip daddr 10.0.0.$1 udp dport $2")),
    );
  });

  test("what nobody can say throws", () => {
    for (const identity of [
      { kind: "program", path: "/a" },
      { kind: "service", name: "a" },
    ] as const) {
      expect(() => inSets({ owner: [[identity]] })).toThrow(identity.kind);
    }
    expect(() => inLiterals({ owner: [[{ kind: "slice", path: "a.slice" }]] })).toThrow("no literal");
    expect(() => inSets({ family: "arp" })).toThrow(/ARP/);
  });
});

describe("named sets", () => {
  const [first, second] = [constant(...odd), constant(...odd.slice(1), "198.51.100.1")];

  test("one set is written once, and a second one of the same statement is numbered", () => {
    const sets = new Sets();
    expect(sets.reference(first, "ipv4", undefined, "tunnel-a")).toBe("@tunnel-a_ipv4");
    expect(sets.reference(second, "ipv4", undefined, "tunnel-a")).toBe("@tunnel-a_ipv4_2");
    expect(sets.reference([...first], "ipv4", undefined, "tunnel-a")).toBe("@tunnel-a_ipv4");
    expect(sets.all().map(({ name }) => name)).toEqual(["tunnel-a_ipv4", "tunnel-a_ipv4_2"]);
    expect(sets.all()[0]).toEqual({ name: "tunnel-a_ipv4", type: "ipv4_addr", elements: odd });
  });

  test("short sets without a name are not named", () => {
    const sets = new Sets();
    expect(sets.reference(first.slice(1), "ipv4", undefined, "a")).toBeUndefined();
    expect(sets.reference(first.slice(8), "ipv4", "list", "a")).toBe("@list_ipv4");
  });
});
