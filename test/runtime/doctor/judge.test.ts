import { describe, expect, test } from "vitest";
import { type Facts, parseLinkFacts, programs, readFacts } from "../../../src/runtime/doctor/facts.ts";
import { judge } from "../../../src/runtime/doctor/judge.ts";

const link = (name: string, kind?: string, master?: string) => ({ name, kind, master, hasXdp: false });
const healthy: Facts = {
  missing: [],
  ruleset: "table inet ksp {\n\tchain output {\n\t}\n}\n",
  isLoaded: true,
  links: [
    link("lo"),
    link("eth0"),
    link("wg0", "wireguard"),
    link("docker0", "bridge"),
    link("veth1", "veth", "docker0"),
  ],
  otherFirewalls: [],
  hasControlGroups: true,
  bootsClosed: true,
  lostChannels: [],
};

test("a healthy machine is left in peace", () => {
  expect(judge(healthy)).toEqual([]);
});

describe("each trouble is found, and alone", () => {
  test.each<[string, Partial<Facts>, string]>([
    ["no nft", { missing: ["nft"], ruleset: undefined }, "note: there is no `nft`, which loads the rules"],
    ["no wg", { missing: ["wg"] }, "note: there is no `wg`, which tells the age"],
    ["no right to read", { ruleset: undefined }, "gap: the kernel's rules cannot be read"],
    ["a flowtable", { ruleset: `${healthy.ruleset}table inet f {\n\tflowtable ft {\n\t}\n}\n` }, "gap: a flowtable"],
    [
      "a rule that queues",
      { ruleset: `${healthy.ruleset}table ip f {\n\tchain c {\n\t\tudp dport 53 queue num 1 bypass\n\t}\n}\n` },
      "gap: `udp dport 53 queue num 1 bypass` gives packets to a program",
    ],
    ["nothing loaded", { isLoaded: false }, "note: no rules of ksp are loaded"],
    ["a macvlan", { links: [link("eth0"), link("mv0", "macvlan")] }, "gap: mv0 is a macvlan"],
    [
      "a bridged machine",
      { links: [link("br0", "bridge"), link("tap0", "tun", "br0")] },
      "gap: tap0 is bridged to br0",
    ],
    ["XDP", { links: [{ ...link("eth0"), hasXdp: true }] }, "note: eth0 has an XDP program"],
    ["another firewall", { otherFirewalls: ["nftables"] }, "note: nftables.service starts at the boot"],
    ["no control groups", { hasControlGroups: false }, "note: control groups of version 2"],
    [
      "an OpenVPN that cannot be asked",
      { lostChannels: [{ tunnel: "vpn", fault: "there is no /run/openvpn/home.sock" }] },
      "note: `vpn` stays closed: there is no /run/openvpn/home.sock",
    ],
    ["an open boot", { bootsClosed: false }, "gap: the machine boots open"],
  ])("%s", (_, change, expected) => {
    const found = judge({ ...healthy, ...change }).map(({ weight, text }) => `${weight}: ${text}`);
    expect(found).toEqual([expect.stringContaining(expected)]);
  });
});

test("gaps come first, and each program is known by its use", () => {
  const found = judge({ ...healthy, missing: [...programs].reverse(), bootsClosed: false });
  expect(found.map(({ weight }) => weight)).toEqual([
    "gap",
    "gap",
    "gap",
    "gap",
    "gap",
    "note",
    "note",
    "note",
    "note",
  ]);
  expect(found.every(({ text }) => !text.includes("is used"))).toBe(true);
});

test("reads what ip lists", () => {
  const listed = '[{"ifname":"tap0","master":"br0","linkinfo":{"info_kind":"tun"}},{"ifname":"eth0","xdp":{"mode":1}}]';
  expect(parseLinkFacts(listed)).toEqual([
    { name: "tap0", kind: "tun", master: "br0", hasXdp: false },
    { name: "eth0", kind: undefined, master: undefined, hasXdp: true },
  ]);
  expect(parseLinkFacts("")).toEqual([]);
});

test.skipIf(process.platform !== "linux")("this machine has facts", async () => {
  const { links } = await readFacts();
  expect(links.map(({ name }) => name)).toContain("lo");
});
