import { describe, expect, test } from "vitest";
import { type Packet, describe as words } from "../../src/ir/packet.ts";
import { parseAddress } from "../../src/net/address.ts";

const value = (text: string): bigint => parseAddress(text)?.value ?? -1n;
const packet: Packet = {
  direction: "out",
  family: "ipv4",
  outInterface: { name: "eth0" },
  source: value("192.168.1.2"),
  destination: value("8.8.8.8"),
  sourceLocality: "local",
  destinationLocality: "elsewhere",
  payload: { protocol: 17, sourcePort: 40000, destinationPort: 53 },
  hopLimit: 64,
  owner: { mark: 0, user: 1000 },
  connection: "new",
};

describe("a packet in words", () => {
  test.each<readonly [Partial<Packet>, string]>([
    [{}, "out on eth0 from 192.168.1.2 40000 to 8.8.8.8 udp 53 user 1000 new"],
    [
      { owner: { mark: 0x6b73 }, payload: { protocol: 1, icmpType: 8 } },
      "out on eth0 from 192.168.1.2 to 8.8.8.8 icmp echo-request mark 0x6b73 new",
    ],
    [
      { sourceLocality: "elsewhere", destinationLocality: "local", payload: { protocol: 50 }, hopLimit: 1 },
      "out on eth0 from 192.168.1.2 (elsewhere) to 8.8.8.8 (local) protocol 50 hop limit 1 user 1000 new",
    ],
    [
      { family: "ipv6", source: 1n, destination: value("ff02::1"), payload: { protocol: 58, icmpType: 200 } },
      "out on eth0 from ::1 to ff02::1 icmpv6 200 user 1000 new",
    ],
    [
      { family: "arp", payload: { protocol: 0 }, owner: { mark: 0 } },
      "out arp on eth0 from 192.168.1.2 to 8.8.8.8 new",
    ],
    [
      { direction: "forward", inInterface: { name: "br0" }, owner: { mark: 0 }, connection: "established-reply" },
      "forward from br0 to eth0 from 192.168.1.2 40000 to 8.8.8.8 udp 53 established-reply",
    ],
  ])("$1", (change, text) => {
    expect(words({ ...packet, ...change })).toBe(text);
  });
});

test("an owner is told in the words of the system", () => {
  const owner = { mark: 0x6b73, user: 1000, group: 20, program: "C:\\a.exe", service: "vpn" };
  const said = (os: "linux" | "windows" | "macos") => words({ ...packet, owner }, os).replace(/^.*udp 53 /, "");
  expect(said("linux")).toBe("user 1000 group 20 program C:\\a.exe service vpn mark 0x6b73 new");
  expect(said("windows")).toBe("program C:\\a.exe service vpn new");
  expect(words({ ...packet, owner: { mark: 0, user: 1000 } }, "windows")).toMatch(/udp 53 new$/);
  expect(words({ ...packet, owner: { mark: 0, user: 507 } }, "macos")).toMatch(/udp 53 user 507 new$/);
});
