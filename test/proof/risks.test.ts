import { describe, expect, test } from "vitest";
import { describe as words } from "../../src/ir/packet.ts";
import { inEveryState } from "../../src/ir/plan.ts";
import type { Rule } from "../../src/ir/ruleset.ts";
import { ports } from "../../src/net/port-set.ts";
import { prove } from "../../src/proof/prove.ts";
import { planned } from "../ir/support/policies.ts";
import { opened } from "./properties/broken.ts";

const head = `ksp 1
policy home
link uplink {
  interface "eth0"
  role outside
}
link lan {
  interface "br0"
  role inside
}
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}
ipv6 tunnel
watch wg0 {
  heartbeat 10.64.0.1 every 250ms lost after 3
}
`;

/** Claims that fail, each with its packet: of statements alone, whatever the checks say of them. */
function broken(statements: string, change: (rules: readonly Rule[]) => readonly Rule[] = (rules) => rules) {
  const { policy, plan } = planned("home", `${head}${statements}`);
  const states = inEveryState(policy, plan).map(({ state, ruleset }) => ({
    state,
    ruleset: { ...ruleset, rules: change(ruleset.rules) },
  }));
  return prove(policy, plan, states).violations.flatMap((v) =>
    v.kind === "property" ? [`${v.code} ${v.ruleset.state}: ${words(v.packet)}`] : [],
  );
}
const risk = (code: string) => `accept-risk ${code} reason "so decided"`;
const inside = "dns 10.64.0.1 through wg0\n";

describe("names", () => {
  const asked = "dns 192.0.2.53 on uplink";
  const also = "dns 192.0.2.54 on uplink";

  test("told outside break KSP3002, unless the risk is accepted", () => {
    expect(broken(`${inside}${asked}\n`)).toEqual([
      "KSP3002 down: out on eth0 from 192.168.1.2 40000 to 192.0.2.53 udp 53 user 1000 new",
    ]);
    expect(broken(`${inside}${asked} ${risk("KSP3002")}\n`)).toEqual([]);
  });

  test("of another statement still break it: one acceptance covers its own packets alone", () => {
    expect(broken(`${asked} ${risk("KSP3002")}\n${also}\n`)).toEqual([
      "KSP3002 down: out on eth0 from 192.168.1.2 40000 to 192.0.2.54 udp 53 user 1000 new",
    ]);
  });

  test("that no statement speaks of still break it", () => {
    const leak = opened("out", { transport: { kind: "udp", destinationPorts: ports(53) } });
    expect(broken(`${asked} ${risk("KSP3002")}\n`, leak)).toContainEqual(expect.stringMatching(/^KSP3002 .* udp 53 /));
  });

  test("in a portal need both risks accepted", () => {
    const portal = `${inside}portal for 5m tcp 80 and dns`;
    expect(broken(`${portal} ${risk("KSP3001")}\n`)).toEqual([expect.stringMatching(/^KSP3002 portal: .* udp 53 /)]);
    expect(broken(`${portal} ${risk("KSP3002")}\n`)).toEqual([expect.stringMatching(/^KSP3001 portal: .* tcp 80 /)]);
    expect(broken(`${portal} ${risk("KSP3001, KSP3002")}\n`)).toEqual([]);
  });
});

describe("exemptions", () => {
  test.each([
    ["narrow", "allow out to 203.0.0.0/16 tcp 443", true],
    ["a bit wider", "allow out to 203.0.0.0/15 tcp 443", false],
    ["two neighbours", "allow out to 203.0.0.0/16, 203.1.0.0/16 tcp 443", false],
    ["private", "allow out to 10.0.0.0/8 tcp 443", true],
    ["a site of IPv6", "allow out to 2a00:db8::/32 tcp 443", true],
    ["a region of IPv6", "allow out to 2a00::/16 tcp 443", false],
    ["all of IPv4 in NAT64", "allow out to 64:ff9b::c000:0200/120 tcp 443", false],
    ["IPv6 in IPv4", "allow out to 203.0.113.7 protocol 41", false],
    ["the bounds of a host", 'allow host "a.example" at 203.0.113.7 within 203.0.0.0/12 tcp 443', false],
    ["forwarded", "forward from link lan to link uplink 203.0.0.0/12 masquerade", false],
    ["inwards", "allow in tcp 22", true],
    ["into a link inside", "allow out to 203.0.0.0/8 tcp 443 on lan", true],
  ] as const)("%s: %s", (_, statement, isNarrow) => {
    const found = broken(`${inside}${statement}\n`).filter((claim) => claim.startsWith("KSP3001"));
    expect(found.length).toBe(isNarrow ? 0 : 1);
    if (!isNarrow) expect(broken(`${inside}${statement} ${risk("KSP3001")}\n`)).toEqual([]);
  });

  test("of a whole family cannot be accepted", () => {
    for (const all of ["0.0.0.0/0", "::/0"])
      expect(broken(`${inside}allow out to ${all} tcp 443 ${risk("KSP3001")}\n`)).toEqual([
        expect.stringMatching(/^KSP3001 /),
      ]);
  });

  test("beside an accepted one are judged as without it, and so is what no statement opens", () => {
    const accepted = `${inside}allow out to 203.0.0.0/8 tcp 443 ${risk("KSP3001")}\n`;
    expect(broken(`${accepted}allow out to 198.0.0.0/8 tcp 443\n`)).toEqual([
      expect.stringMatching(/^KSP3001 .* to 198\.0\.0\.0 tcp 443 /),
    ]);
    const leak = opened("out", { transport: { kind: "tcp", destinationPorts: ports(8080) } });
    expect(broken(accepted, leak)).toContainEqual(expect.stringMatching(/^KSP3001 .* tcp 8080 /));
  });
});
