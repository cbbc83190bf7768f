import { expect, test } from "vitest";
import { outsideRoutes } from "../../../src/runtime/apps/outside.ts";

const tunnels = [
  { kind: "named", name: "wg0" },
  { kind: "prefix", prefix: "tun" },
] as const;

test("the way outside is the main table without tunnels, connected networks first", () => {
  const shown = `default via 192.168.1.1 dev eth0 proto dhcp metric 100
0.0.0.0/1 via 10.8.0.1 dev tun3
10.64.0.0/10 dev wg0 scope link
192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.2 linkdown
blackhole 203.0.113.0/24
`;
  expect(outsideRoutes(shown, tunnels)).toEqual([
    "192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.2",
    "default via 192.168.1.1 dev eth0 proto dhcp metric 100",
  ]);
  const advertised = "default via fe80::1 dev eth0 proto ra metric 1024 expires 1798sec hoplimit 64 pref medium\n";
  expect(outsideRoutes(advertised, tunnels)).toEqual([
    "default via fe80::1 dev eth0 proto ra metric 1024 hoplimit 64 pref medium",
  ]);
});
