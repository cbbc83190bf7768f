import { describe, expect, test } from "vitest";
import { ruleText } from "../../src/ir/rule-text.ts";
import { accept, type Match, type Rule, type Zone } from "../../src/ir/ruleset.ts";
import { constant } from "../../src/net/parse-net.ts";
import { ports } from "../../src/net/port-set.ts";
import { policies } from "./support/policies.ts";

const zone = (name: string): Zone => ({ name, kind: "tunnel", devices: [{ kind: "named", name }] });
const rule = (direction: Rule["direction"], match: Match): Rule => ({
  stage: "probe",
  direction,
  match,
  verdict: accept,
  replies: true,
  from: "test",
});
const five = constant("10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.7", "10.0.0.9");

describe("a rule in words", () => {
  test.each<readonly [string, Rule["direction"], Match]>([
    [
      "out on wg0 from 10.64.0.2 to 10.64.0.1 icmp echo-request mark 0x6b700000",
      "out",
      {
        outInterface: { kind: "one-of", zones: [zone("wg0")] },
        source: { set: constant("10.64.0.2") },
        destination: { set: constant("10.64.0.1") },
        transport: { kind: "icmp", types: [8] },
        owner: [[{ kind: "mark", value: 0x6b700000, mask: 0xffffffff }]],
      },
    ],
    ["out", "out", {}],
    ["in arp", "in", { family: "arp" }],
    ["in on loopback", "in", { inInterface: { kind: "loopback" } }],
    ["out not on loopback", "out", { outInterface: { kind: "none-of", zones: [] } }],
    ["out not on loopback, a, b", "out", { outInterface: { kind: "none-of", zones: [zone("a"), zone("b")] } }],
    [
      "forward arriving on a on b",
      "forward",
      {
        inInterface: { kind: "one-of", zones: [zone("a")] },
        outInterface: { kind: "one-of", zones: [zone("b")] },
      },
    ],
    ["out to 10.0.0.1 … (5 ranges)", "out", { destination: { set: five } }],
    ["out to @ads", "out", { destination: { set: five, table: "ads" } }],
    ["out to 10.0.0.1", "out", { destination: { set: constant("10.0.0.1"), table: "ads" } }],
    ["out to @resolvers", "out", { destination: { set: [], table: "resolvers" } }],
    [
      "out from all IPv4 but 10.0.0.1",
      "out",
      { source: { set: constant("0.0.0.0-10.0.0.0", "10.0.0.2-255.255.255.255") } },
    ],
    ["out to 0.0.0.0/0, ::/0", "out", { destination: { set: constant("0.0.0.0/0", "::/0") } }],
    ["out from non-local address", "out", { sourceLocality: ["broadcast", "multicast", "elsewhere"] }],
    ["in to local or broadcast address", "in", { destinationLocality: ["local", "broadcast"] }],
    [
      "out udp 67 from port 68 hop limit 1",
      "out",
      { transport: { kind: "udp", sourcePorts: ports(68), destinationPorts: ports(67) }, hopLimit: 1 },
    ],
    ["out tcp", "out", { transport: { kind: "tcp" } }],
    ["out icmpv6", "out", { transport: { kind: "icmpv6" } }],
    ["out protocol 50", "out", { transport: { kind: "protocol", number: 50 } }],
    ["in about a tracked flow", "in", { related: "icmp-error" }],
    [
      'out mark 0x1/0xff and user 994 or group vpn or slice "a.slice" or service "S"',
      "out",
      {
        owner: [
          [
            { kind: "mark", value: 1, mask: 0xff },
            { kind: "user", id: 994 },
          ],
          [{ kind: "group", name: "vpn" }],
          [{ kind: "slice", path: "a.slice" }],
          [{ kind: "service", name: "S" }],
        ],
      },
    ],
  ])("%s", (text, direction, match) => {
    expect(ruleText(rule(direction, match))).toBe(text);
  });
});

test.each(policies)("$name: no two rules of a state read alike in one stage", ({ plan }) => {
  for (const { rules } of [...plan.states, plan.lockdown]) {
    const texts = rules.map((r) => `${r.stage} ${r.from} ${ruleText(r)}`);
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
  }
});
