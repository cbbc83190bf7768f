import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { type Packet, reverse } from "../../src/ir/packet.ts";
import {
  accept,
  drop,
  type InterfaceSet,
  type Match,
  type Rule,
  type Ruleset,
  type Zone,
} from "../../src/ir/ruleset.ts";
import { parseAddress } from "../../src/net/address.ts";
import { constant } from "../../src/net/parse-net.ts";
import { ports } from "../../src/net/port-set.ts";

const value = (text: string): bigint => parseAddress(text)?.value ?? -1n;

const packet: Packet = {
  direction: "out",
  family: "ipv4",
  outInterface: { name: "eth0" },
  source: value("192.168.1.2"),
  destination: value("192.0.2.1"),
  sourceLocality: "local",
  destinationLocality: "elsewhere",
  payload: { protocol: 17, sourcePort: 40000, destinationPort: 53 },
  hopLimit: 64,
  owner: { mark: 0, user: 1000 },
  connection: "new",
};
const arp: Packet = { ...packet, family: "arp", payload: { protocol: 0 }, destination: value("192.168.1.1") };

const rule = (match: Match, more: Partial<Rule> = {}): Rule => ({
  stage: "exemption",
  direction: "out",
  match,
  verdict: accept,
  replies: true,
  from: "test",
  ...more,
});
const closed = (["out", "in", "forward"] as const).flatMap((direction) =>
  [{}, { family: "arp" } as const].map((match) =>
    rule(match, { direction, stage: "closed", verdict: drop, from: "closed" }),
  ),
);
const ruleset = (...rules: readonly Rule[]): Ruleset => ({ state: "up", rewrites: [], rules: [...rules, ...closed] });
const passes = (rules: readonly Rule[], p: Packet): boolean => evaluate(ruleset(...rules), p).verdict.kind === "accept";
const isMatched = (match: Match, p: Packet): boolean => passes([rule(match, { direction: p.direction })], p);

const zone = (devices: Zone["devices"], protocol?: Zone["protocol"]): Zone => ({
  name: "z",
  kind: "link",
  devices,
  ...(protocol && { protocol }),
});
const eth0: InterfaceSet = { kind: "one-of", zones: [zone([{ kind: "named", name: "eth0" }])] };
const tcp: Packet = { ...packet, payload: { protocol: 6, sourcePort: 40000, destinationPort: 443 } };
const icmp: Packet = { ...packet, payload: { protocol: 1, icmpType: 8 } };

/** For every field of a match: a packet that it lets through and one that it does not. A new field without an entry does not compile. */
const fields: { readonly [F in keyof Required<Match>]: readonly (readonly [Required<Match>[F], Packet, Packet])[] } = {
  family: [
    ["ipv4", packet, { ...packet, family: "ipv6" }],
    ["ipv6", { ...packet, family: "ipv6" }, packet],
    ["arp", arp, packet],
  ],
  inInterface: [
    [
      eth0,
      { ...packet, direction: "in", inInterface: { name: "eth0" } },
      { ...packet, direction: "in", inInterface: { name: "eth1" } },
    ],
    [
      eth0,
      { ...packet, direction: "forward", inInterface: { name: "eth0" } },
      { ...packet, direction: "forward", inInterface: { name: "eth1" } },
    ],
  ],
  outInterface: [[eth0, packet, { ...packet, outInterface: { name: "eth1" } }]],
  source: [[{ set: constant("192.168.0.0/16") }, packet, { ...packet, source: value("10.0.0.1") }]],
  destination: [
    [{ set: constant("192.0.2.0/24") }, packet, { ...packet, destination: value("192.0.3.0") }],
    [{ set: constant("::c000:201") }, { ...packet, family: "ipv6" }, packet],
  ],
  sourceLocality: [[["local"], packet, { ...packet, sourceLocality: "elsewhere" }]],
  destinationLocality: [[["broadcast", "multicast"], { ...packet, destinationLocality: "multicast" }, packet]],
  transport: [
    [{ kind: "udp" }, packet, tcp],
    [
      { kind: "udp", destinationPorts: ports(53) },
      packet,
      { ...packet, payload: { ...packet.payload, destinationPort: 54 } },
    ],
    [
      { kind: "udp", sourcePorts: ports(40000) },
      packet,
      { ...packet, payload: { ...packet.payload, sourcePort: 40001 } },
    ],
    [{ kind: "icmp" }, icmp, { ...icmp, family: "ipv6" }],
    [{ kind: "icmp", types: [0, 8] }, icmp, { ...icmp, payload: { protocol: 1, icmpType: 3 } }],
    [
      { kind: "icmpv6", types: [128] },
      { ...icmp, family: "ipv6", payload: { protocol: 58, icmpType: 128 } },
      { ...icmp, payload: { protocol: 58, icmpType: 128 } },
    ],
    [{ kind: "protocol", number: 50 }, { ...packet, payload: { protocol: 50 } }, packet],
    [{ kind: "protocol", number: 17 }, packet, tcp],
  ],
  hopLimit: [
    [255, { ...packet, hopLimit: 255 }, packet],
    [1, { ...packet, hopLimit: 1 }, { ...packet, hopLimit: 255 }],
  ],
  owner: [
    [[[{ kind: "user", id: 1000 }]], packet, { ...packet, owner: { mark: 0 } }],
    [[[{ kind: "user", name: "vpn" }]], { ...packet, owner: { mark: 0, user: "vpn" } }, packet],
    [
      [[{ kind: "group", id: 5 }]],
      { ...packet, owner: { mark: 0, group: 5 } },
      { ...packet, owner: { mark: 0, user: 5 } },
    ],
    [
      [[{ kind: "mark", value: 0x73, mask: 0xff }]],
      { ...packet, owner: { mark: 0x6b73 } },
      { ...packet, owner: { mark: 0x7300 } },
    ],
    [[[{ kind: "mark", value: 0x80000000, mask: 0x80000000 }]], { ...packet, owner: { mark: 0xffffffff } }, packet],
    [[[{ kind: "slice", path: "a.slice" }]], { ...packet, owner: { mark: 0, slice: "a.slice" } }, packet],
    [[[{ kind: "program", path: "/bin/a" }]], { ...packet, owner: { mark: 0, program: "/bin/a" } }, packet],
    [[[{ kind: "service", name: "a" }]], { ...packet, owner: { mark: 0, service: "a" } }, packet],
    [
      [
        [
          { kind: "user", id: 1 },
          { kind: "group", id: 2 },
        ],
        [{ kind: "user", id: 3 }],
      ],
      { ...packet, owner: { mark: 0, user: 1, group: 2 } },
      { ...packet, owner: { mark: 0, user: 1, group: 3 } },
    ],
    [[[{ kind: "user", id: 1 }], [{ kind: "user", id: 1000 }]], packet, { ...packet, owner: { mark: 0, user: 2 } }],
  ],
  rewritten: [[true, { ...packet, rewritten: true }, packet]],
  related: [["icmp-error", { ...icmp, connection: "related" }, icmp]],
};

describe.each(Object.entries(fields))("the field %s", (field, cases) => {
  test.each(cases.map(([wanted, hit, miss]) => ({ wanted, hit, miss })))("$wanted", ({ wanted, hit, miss }) => {
    expect(isMatched({ [field]: wanted }, hit)).toBe(true);
    expect(isMatched({ [field]: wanted }, miss)).toBe(false);
    expect(isMatched({}, hit) || hit.family === "arp").toBe(true);
    expect(isMatched({}, miss)).toBe(true);
  });
});

describe("interfaces", () => {
  const at = (name: string, kind?: string): Packet => ({ ...packet, outInterface: { name, ...(kind && { kind }) } });
  const isOn = (outInterface: InterfaceSet, p: Packet) => isMatched({ outInterface }, p);
  const lo = at("lo", "loopback");

  test("loopback is loopback alone", () => {
    expect(isOn({ kind: "loopback" }, lo)).toBe(true);
    expect(isOn({ kind: "loopback" }, at("eth0"))).toBe(false);
    expect(isOn({ kind: "one-of", zones: [zone([{ kind: "named", name: "lo" }])] }, lo)).toBe(false);
  });

  test("none-of leaves out loopback and its zones", () => {
    const others: InterfaceSet = { kind: "none-of", zones: [zone([{ kind: "named", name: "wg0" }], "wireguard")] };
    expect([lo, at("wg0", "wireguard"), at("eth0"), at("wg0")].map((p) => isOn(others, p))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([lo, at("eth0")].map((p) => isOn({ kind: "none-of", zones: [] }, p))).toEqual([false, true]);
  });

  test.each([
    ["wireguard", ["wireguard", "tun"]],
    ["openvpn", ["tun", "ovpn", "ovpn-dco"]],
    ["ipsec", ["xfrm", "vti", "vti6"]],
    ["other", ["wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6", "veth", undefined]],
    [undefined, ["wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6", "veth", undefined]],
  ] as const)("a zone of %s takes the kinds %j", (protocol, fitting) => {
    const set: InterfaceSet = { kind: "one-of", zones: [zone([{ kind: "named", name: "vpn" }], protocol)] };
    const kinds = ["wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6", "veth", undefined];
    expect(kinds.filter((kind) => isOn(set, at("vpn", kind)))).toEqual(fitting);
  });

  test("prefixes, and the utun of a tunnel", () => {
    const devices = [
      { kind: "prefix", prefix: "br-" },
      { kind: "utun", of: "vpn" },
    ] as const;
    const set: InterfaceSet = { kind: "one-of", zones: [zone(devices)] };
    const names = ["br-", "br-a", "br", "xbr-a", "utun-vpn", "utun-vpn2", "utun", "utun4"];
    expect(names.filter((name) => isOn(set, at(name)))).toEqual(["br-", "br-a", "utun-vpn"]);
  });
});

describe("openings", () => {
  test("the first match decides", () => {
    expect(passes([rule({}, { verdict: drop }), rule({})], packet)).toBe(false);
    expect(passes([rule({}), rule({}, { verdict: drop })], packet)).toBe(true);
  });
  test("rules of other directions are not asked", () => {
    expect(passes([rule({}, { direction: "in" }), rule({}, { direction: "forward" })], packet)).toBe(false);
  });
  test("a match without family is not about ARP, and one about ARP sees its addresses", () => {
    expect(passes([rule({})], arp)).toBe(false);
    expect(passes([rule({ family: "arp", destination: { set: constant("192.168.1.1") } })], arp)).toBe(true);
    expect(passes([rule({ family: "arp", source: { set: constant("192.168.1.1") } })], arp)).toBe(false);
  });
  test("tells rule, verdict and way", () => {
    const reset = rule({ transport: { kind: "tcp" } }, { verdict: { kind: "reject", with: "tcp-reset" } });
    expect(evaluate(ruleset(reset), tcp)).toEqual({ verdict: reset.verdict, rule: reset, as: "opening" });
  });
  test("an established packet of the opening's own direction needs the opening", () => {
    expect(passes([rule({})], { ...packet, connection: "established-original" })).toBe(true);
    expect(passes([], { ...packet, connection: "established-original" })).toBe(false);
  });
  test("a ruleset that does not end closed is a bug", () => {
    expect(() => evaluate({ state: "up", rewrites: [], rules: [] }, packet)).toThrow("does not end closed");
  });
});

describe("replies", () => {
  const reply: Packet = { ...reverse(packet), connection: "established-reply" };
  const opening = rule({
    outInterface: eth0,
    source: { set: constant("192.168.1.2") },
    transport: { kind: "udp", destinationPorts: ports(53) },
  });

  test("pass where their opening would", () => {
    expect(evaluate(ruleset(opening), reply)).toEqual({ verdict: accept, rule: opening, as: "reply" });
    expect(passes([opening], { ...reply, connection: "established-original" })).toBe(false);
    expect(passes([opening], { ...reply, connection: "new" })).toBe(false);
    expect(passes([opening], { ...reply, connection: "related" })).toBe(false);
    expect(passes([], reply)).toBe(false);
  });
  test("are reversed in interface, addresses and ports", () => {
    expect(passes([opening], { ...reply, inInterface: { name: "eth1" } })).toBe(false);
    expect(passes([opening], { ...reply, destination: value("192.168.1.3") })).toBe(false);
    expect(passes([opening], { ...reply, payload: { ...reply.payload, sourcePort: 54 } })).toBe(false);
  });
  test("are reversed in what addresses are", () => {
    const local = rule({ sourceLocality: ["local"] });
    expect(passes([local], reply)).toBe(true);
    expect(passes([local], { ...reply, destinationLocality: "elsewhere" })).toBe(false);
  });
  test("of a forwarded flow cross the interfaces the other way", () => {
    const there: Packet = { ...packet, direction: "forward", inInterface: { name: "br0" } };
    const forward = rule({ outInterface: eth0 }, { direction: "forward" });
    expect(passes([forward], { ...reverse(there), connection: "established-reply" })).toBe(true);
    expect(passes([forward], { ...there, outInterface: { name: "br0" }, connection: "established-reply" })).toBe(false);
  });
  test("do not need the owner of an accepting rule", () => {
    expect(passes([rule({ owner: [[{ kind: "user", id: 7 }]] })], reply)).toBe(true);
  });
  test("are stopped by a refusing rule, unless it asks for an owner", () => {
    expect(passes([rule({ source: { set: constant("192.168.1.2") } }, { verdict: drop }), opening], reply)).toBe(false);
    expect(passes([rule({ owner: [[{ kind: "user", id: 7 }]] }, { verdict: drop }), opening], reply)).toBe(true);
  });
  test("do not come from rules without replies, nor from rules about errors", () => {
    expect(passes([rule({}, { replies: false })], reply)).toBe(false);
    expect(passes([rule({ related: "icmp-error" })], reply)).toBe(false);
    expect(passes([rule({ related: "icmp-error" }, { verdict: drop }), opening], reply)).toBe(true);
  });
  test("pass as openings of their own, too", () => {
    expect(evaluate(ruleset(rule({}, { direction: "in" })), reply).as).toBe("opening");
  });
  test.each([
    [1, 8, 0],
    [1, 0, 8],
    [1, 13, 14],
    [1, 3, 3],
    [58, 128, 129],
    [58, 129, 128],
    [58, 135, 135],
  ])("protocol %i: ICMP type %i is reversed to %i", (protocol, icmpType, reversed) => {
    expect(reverse({ ...packet, payload: { protocol, icmpType } }).payload).toEqual({ protocol, icmpType: reversed });
  });
  test("reversing twice gives the packet back, but for its owner", () => {
    expect(reverse(reverse(packet))).toEqual({ ...packet, owner: { mark: 0 }, connection: "established-original" });
  });
});
