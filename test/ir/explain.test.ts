import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { explain } from "../../src/explain.ts";
import { explainPacket } from "../../src/explain-packet.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import type { PacketPattern } from "../../src/ir/policy.ts";
import { sampleOf } from "../../src/ir/sample-packet.ts";
import { vantagesOf } from "../../src/ir/vantage.ts";
import { constant } from "../../src/net/parse-net.ts";
import { ports } from "../../src/net/port-set.ts";
import { examples, inEveryState, office, type Planned, policies } from "./support/policies.ts";

const anywhere = { path: { kind: "any" } } as const;
const example = (name: string): Planned => {
  const found = examples.find((e) => e.name === name);
  if (!found) throw new Error(`no example ${name}`);
  return found;
};
const explained = ({ name, text, policy, origins, plan }: Planned, pattern: PacketPattern) =>
  explain(policy, origins, plan, pattern, [{ file: name, text }]);
const verdicts = (planned: Planned, pattern: PacketPattern, at: string) =>
  Object.fromEntries(
    explained(planned, pattern)
      .rows.filter((row) => row.interface === at)
      .map((row) => [row.state, `${row.verdict} ${row.rule.stage}`]),
  );

const https: PacketPattern = {
  direction: "out",
  destination: constant("192.0.2.80"),
  transport: { kind: "tcp", destinationPorts: ports(443) },
  ...anywhere,
};

test("a refusal is answered as the hook does that it falls back to", () => {
  const names: PacketPattern = { ...https, transport: { kind: "udp", destinationPorts: ports(53) } };
  expect(verdicts(example("two-hops"), names, "elsewhere")).toMatchObject({
    up: "reject dns-deny",
    lockdown: "drop dns-deny",
  });
  expect(verdicts(example("two-hops"), { ...names, direction: "forward" }, "elsewhere")).toMatchObject({
    up: "drop dns-deny",
  });
});

describe("of a forwarded packet", () => {
  const gateway = readFileSync(new URL("../../examples/gateway.ksp", import.meta.url), "utf8");
  const places = (text: string, packet: string) =>
    explainPacket({ file: "gateway.ksp", text }, packet)
      .answer?.rows.filter(({ state }) => state === "up")
      .map((row) => `${row.arrival}, ${row.interface}: ${row.verdict}`);
  const inside = (name: string) => `link ${name} {\n  interface "${name}0"\n  role inside\n}\n`;

  test("every arrival is told that a rule tells apart, the rest as one", () => {
    expect(places(gateway, "forward from 192.168.50.7 to 192.0.2.80 tcp 443")).toEqual([
      "on home, through wg0: accept",
      "elsewhere, through wg0: drop",
      "anywhere, on home: drop",
      "anywhere, on wan: drop",
      "anywhere, elsewhere: drop",
    ]);
  });

  test("arrivals that one rule decides are one, the others have rows of their own", () => {
    const text = `${gateway}${inside("guest")}${inside("lab")}deny forward to 203.0.113.0/24 on guest
allow forward to 192.168.60.7 tcp 443 on lab
forward from link guest to link lab
`;
    expect(places(text, "forward to 192.168.60.7 tcp 443 on lab")).toEqual(["anywhere, on lab: accept"]);
    expect(places(text, "forward to 192.168.60.7 tcp 80 on lab")).toEqual([
      "on guest, on lab: accept",
      "elsewhere, on lab: drop",
    ]);
  });

  test("other packets have no arrival", () => {
    expect(places(gateway, "in tcp 22 on home")).toEqual(["undefined, on home: drop"]);
  });
});

describe("the rows", () => {
  test("are every state of every interface, boot and disabled last", () => {
    const { rows } = explained(example("two-hops"), https);
    const states = ["down", "hop1", "up", "lockdown", "disabled"];
    expect(rows.map((row) => `${row.interface} ${row.state}`)).toEqual(
      ["through entry", "through exit", "elsewhere"].flatMap((at) => states.map((state) => `${at} ${state}`)),
    );
  });

  test("tell what becomes of application traffic", () => {
    expect(verdicts(example("two-hops"), https, "through exit")).toEqual({
      down: "reject closed",
      hop1: "reject closed",
      up: "accept tunnel",
      lockdown: "drop closed",
      disabled: "accept disabled",
    });
    expect(verdicts(example("two-hops"), https, "elsewhere")).toMatchObject({ up: "reject closed" });
  });

  test("name the rule and the statement with its line", () => {
    const up = explained(example("home-wireguard"), https).rows.find(
      (r) => r.state === "up" && r.interface === "through wg0",
    );
    expect(up).toMatchObject({
      rule: { stage: "tunnel", text: "out on wg0" },
      from: { statement: "tunnel wg0", line: 3 },
    });
    const { policy, origins, plan } = example("home-wireguard");
    const [row] = explain(policy, origins, plan, https).rows;
    expect(row?.from).toEqual({ id: "closed-out", statement: "what nothing opens stays closed" });
  });

  test("say what is built in, in words", () => {
    const dns: PacketPattern = { ...https, transport: { kind: "udp", destinationPorts: ports(53) } };
    const [row] = explained(example("home-wireguard"), dns).rows;
    expect(row?.from).toEqual({ id: "built-in-dns", statement: "names are asked of declared resolvers alone" });
  });
});

describe("interfaces", () => {
  const names = (planned: Planned, pattern: PacketPattern) => [
    ...new Set(explained(planned, pattern).rows.map((row) => row.interface)),
  ];
  const out: PacketPattern = { direction: "out", ...anywhere };

  test("without a path are all that the policy tells apart", () => {
    expect(names(office, out)).toEqual(["through main", "through site", "on desk", "on uplink", "elsewhere"]);
  });
  test("with a path are that one", () => {
    expect(names(office, { ...out, path: { kind: "tunnel", tunnel: "site" } })).toEqual(["through site"]);
    expect(names(office, { ...out, path: { kind: "link", link: "desk" } })).toEqual(["on desk"]);
    expect(names(office, { ...out, path: { kind: "outside" } })).toEqual(["on uplink"]);
    expect(names(example("two-hops"), { ...out, path: { kind: "outside" } })).toEqual(["elsewhere"]);
  });
  test("are loopback, too, for its addresses", () => {
    expect(names(example("home-wireguard"), { ...out, destination: constant("127.0.0.1") })).toEqual([
      "loopback",
      "through wg0",
      "elsewhere",
    ]);
  });
});

describe("what a pattern leaves open", () => {
  const text = (pattern: PacketPattern) => explained(office, pattern).packet;
  test.each<readonly [string, PacketPattern]>([
    [
      "out user 1000 from the interface's own address port 40000 to 192.0.2.80 tcp 443 hop limit 64, new connection",
      https,
    ],
    [
      "out user 1000 from the interface's own address port 40000 to 192.0.2.1 tcp 443 hop limit 64, new connection",
      { direction: "out", ...anywhere },
    ],
    [
      "out user 1000 mark 0x51 from the interface's own address to 203.0.113.5 protocol 50 hop limit 64, new connection",
      {
        direction: "out",
        owner: { kind: "mark", value: 0x51, mask: 0xff },
        destination: constant("203.0.113.5"),
        transport: { kind: "protocol", number: 50 },
        ...anywhere,
      },
    ],
    [
      "out user 1007 from 192.168.1.0 (first of 192.168.1.0/24) port 22 to 10.0.0.1 (first of 10.0.0.1-10.0.0.2, …) udp 53 (first of 53, …) hop limit 64, new connection",
      {
        direction: "out",
        app: "backup",
        source: constant("192.168.1.0/24"),
        destination: constant("10.0.0.1-10.0.0.2", "10.0.0.9"),
        transport: { kind: "udp", sourcePorts: ports(22), destinationPorts: ports(53, 853) },
        ...anywhere,
      },
    ],
    [
      "in from 192.0.2.1 to the interface's own address icmp echo-request hop limit 64, new connection",
      { direction: "in", transport: { kind: "icmp" }, ...anywhere },
    ],
    [
      "in from 2001:db8::1 to fd00::2 icmpv6 nd-neighbor-solicit hop limit 64, new connection",
      { direction: "in", destination: constant("fd00::2"), transport: { kind: "icmpv6", types: [135] }, ...anywhere },
    ],
    [
      "forward from 192.168.1.2 port 40000 to 192.0.2.1 udp 53 hop limit 64, new connection",
      { direction: "forward", transport: { kind: "udp", destinationPorts: ports(53) }, ...anywhere },
    ],
  ])("%s", (expected, pattern) => {
    expect(text(pattern)).toBe(expected);
  });

  test("an address of another tunnel is not taken for the interface's own", () => {
    const spoofed: PacketPattern = { ...https, source: constant("10.64.0.2") };
    expect(verdicts(office, spoofed, "through site")["main:up+site:up"]).toBe("reject anti-spoof");
    expect(verdicts(office, spoofed, "through main")["main:up+site:up"]).toBe("accept tunnel");
    expect(verdicts(office, spoofed, "on uplink")["main:up+site:up"]).toBe("reject anti-spoof");
  });
  test("an address of the network is taken for this machine's own", () => {
    const ssh: PacketPattern = {
      direction: "in",
      source: constant("192.168.50.7"),
      destination: constant("192.168.50.1"),
      transport: { kind: "tcp", destinationPorts: ports(22) },
      ...anywhere,
    };
    expect(verdicts(office, ssh, "on desk")).toMatchObject({ lockdown: "accept exemption" });
    expect(verdicts(office, ssh, "on desk")["main:up+site:up"]).toBe("accept exemption");
    expect(verdicts(office, ssh, "on uplink")["main:up+site:up"]).toBe("drop closed");
  });
});

test.each(policies)("$name: what the policy expects is what it is told", (planned) => {
  for (const { pattern, verdict, reply, id } of planned.policy.expects) {
    if (reply) continue;
    const rows = explained(planned, pattern).rows.filter((row) => row.state !== "disabled");
    const accepted = rows.filter((row) => row.verdict === "accept");
    if (verdict === "allow") expect(accepted.length, id).toBeGreaterThan(0);
    else expect(accepted.length, id).toBeLessThan(rows.length);
  }
  expect(explained(planned, https).rows.filter((row) => row.interface === "elsewhere")).toHaveLength(
    inEveryState(planned).length + 1,
  );
});

describe("a description of many packets", () => {
  const home = example("home-wireguard");
  const up = (pattern: PacketPattern, at: string, planned = home) =>
    explained(planned, pattern).rows.find((row) => row.state === "up" && row.interface === at);

  test("goes two ways where rules ask for what it leaves open, and a packet of each shows it", () => {
    const { transport: _, ...any } = https;
    expect(up(any, "through wg0")).toMatchObject({
      verdict: "accept",
      from: { statement: "tunnel wg0" },
      except: {
        verdict: "reject",
        packet: "out on wg0 from 10.64.0.2 40000 to 192.0.2.80 udp 53 user 1000 new",
        from: { id: "built-in-dns" },
      },
    });
    const server: PacketPattern = {
      direction: "out",
      destination: constant("198.51.100.7"),
      transport: { kind: "udp", destinationPorts: ports(51820) },
      ...anywhere,
    };
    expect(up(server, "elsewhere")).toMatchObject({
      verdict: "reject",
      except: {
        verdict: "accept",
        packet: "out on eth0 from 192.168.1.2 40000 to 198.51.100.7 udp 51820 user 1000 mark 0x6b73 new",
        from: { statement: "tunnel wg0", line: 3 },
      },
    });
    const unmarked: PacketPattern = { ...server, owner: { kind: "mark", value: 0, mask: 0xffffffff } };
    expect(up(unmarked, "elsewhere")?.except).toBeUndefined();
    expect(up(https, "through wg0")?.except).toBeUndefined();
  });

  test.each(policies)("$name: what is told of it is true of random packets of it", (planned) => {
    const patterns: readonly PacketPattern[] = [
      https,
      { direction: "out", ...anywhere },
      { direction: "in", transport: { kind: "tcp" }, ...anywhere },
      { direction: "out", destination: constant("192.168.0.0/16"), ...anywhere },
    ];
    for (const pattern of patterns) {
      const rows = explained(planned, pattern).rows.filter(({ state }) => state !== "disabled");
      for (const { verdict, except } of rows)
        if (except) expect(except.verdict === "accept").toBe(verdict !== "accept");
      // Another owner and another port: a packet of the pattern that the sample is not.
      for (const ruleset of [...planned.plan.states, planned.plan.lockdown])
        for (const vantage of vantagesOf(pattern, planned.policy, "linux")) {
          const row = rows.find((one) => one.state === ruleset.state && one.interface === vantage.name);
          const packet = sampleOf(pattern, planned.policy, "linux").at(vantage);
          const others = [
            { ...packet, owner: { ...packet.owner, mark: 0x6b700000 } },
            { ...packet, owner: { mark: 0, user: 0 } },
            { ...packet, hopLimit: 1 },
            { ...packet, payload: { ...packet.payload, ...(packet.payload.sourcePort && { sourcePort: 22 }) } },
          ];
          for (const other of others) {
            const passes = evaluate(ruleset, other).verdict.kind === "accept";
            if (!row?.except) expect(passes).toBe(row?.verdict === "accept");
          }
        }
    }
  });
});

test("the state of a portal is one of them", () => {
  const text = readFileSync(new URL("../../examples/travel-captive-portal.ksp", import.meta.url), "utf8");
  const { answer } = explainPacket({ file: "travel.ksp", text }, "out user 1001 to 192.0.2.80 tcp 443");
  const rows = answer?.rows.filter((row) => row.interface === "elsewhere") ?? [];
  expect(rows.map(({ state, verdict, rule }) => `${state}: ${verdict} ${rule.stage}`)).toEqual([
    "down: reject closed",
    "up: reject closed",
    "portal: accept portal",
    "lockdown: drop closed",
    "disabled: accept disabled",
  ]);
});
