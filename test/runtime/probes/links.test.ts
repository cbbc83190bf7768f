import { describe, expect, test } from "vitest";
import { isOf, lostLink, parseLinks } from "../../../src/runtime/probes/links.ts";

describe("an event closes", () => {
  test.each([
    ["5: wg0: <POINTOPOINT,NOARP> mtu 1420 qdisc noqueue state DOWN group default \\    link/none", "wg0"],
    ["Deleted 5: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN group default", "wg0"],
    ["5: tun0: <NO-CARRIER,POINTOPOINT,MULTICAST,NOARP,UP> mtu 1500 qdisc pfifo_fast state DOWN", "tun0"],
    ["7: eth0@if8: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state LOWERLAYERDOWN", "eth0"],
  ])("%s", (line, name) => expect(lostLink(line)).toBe(name));
});

describe("no event opens, and others say nothing", () => {
  test.each([
    "5: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN group default",
    "5: wg0    inet 10.64.0.2/32 scope global wg0\\       valid_lft forever preferred_lft forever",
    "Deleted default dev wg0 scope link",
    "Deleted 5: wg0    inet 10.64.0.2/32 scope global wg0\\       valid_lft forever",
    "100:\tfrom all fwmark 0x1 lookup 5",
    "",
  ])("%s", (line) => expect(lostLink(line)).toBeUndefined());
});

test("a look reads names, numbers and whether somebody is at the other end", () => {
  const listed = [
    { ifindex: 1, ifname: "lo", flags: ["LOOPBACK", "UP", "LOWER_UP"] },
    { ifindex: 5, ifname: "wg0", flags: ["NO-CARRIER", "POINTOPOINT", "UP"] },
  ];
  expect(parseLinks(JSON.stringify(listed))).toEqual([
    { name: "lo", index: 1, isUp: true },
    { name: "wg0", index: 5, isUp: false },
  ]);
});

test.each(["", "[", "{}", "null", '[{"ifname":"wg0"}]', '[{"ifindex":1,"ifname":"wg0","flags":"UP"}]', "[null]"])(
  "an answer that is not understood is none: %s",
  (json) => expect(parseLinks(json)).toBeUndefined(),
);

test("a tunnel's interface goes by its whole name, or by the beginning that the policy gives", () => {
  expect(isOf("wg0", [{ kind: "named", name: "wg0" }])).toBe(true);
  expect(isOf("wg01", [{ kind: "named", name: "wg0" }])).toBe(false);
  expect(isOf("tun7", [{ kind: "prefix", prefix: "tun" }])).toBe(true);
  expect(isOf("utun0", [{ kind: "utun", of: "vpn" }])).toBe(false);
});
