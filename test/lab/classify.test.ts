import { describe, expect, test } from "vitest";
import { classify, count, leaked } from "./classify.ts";

const endpoints = [
  { protocol: "udp", addresses: ["198.51.100.7"], port: 51820 },
  { protocol: "tcp", addresses: ["198.51.100.1", "198.51.100.2"], port: 443 },
] as const;

const two = (value: number): readonly number[] => [value >> 8, value & 255];
const frame = (type: number, ...packet: readonly number[]): Uint8Array =>
  Uint8Array.from([...Array(12).fill(0), ...two(type), ...packet]);
const ports = (source: number, destination: number): readonly number[] => [
  ...two(source),
  ...two(destination),
  0,
  0,
  0,
  0,
];

const ipv4 = (protocol: number, to: string, payload: readonly number[], offset = 0, words = 5): Uint8Array =>
  frame(
    0x0800,
    0x40 | words,
    0,
    0,
    0,
    0,
    0,
    ...two(offset),
    64,
    protocol,
    0,
    0,
    10,
    0,
    0,
    1,
    ...to.split(".").map(Number),
    ...Array((words - 5) * 4).fill(1),
    ...payload,
  );
const ipv6 = (protocol: number, payload: readonly number[]): Uint8Array =>
  frame(0x86dd, 0x60, 0, 0, 0, 0, 0, protocol, 64, ...Array(32).fill(0xfe), ...payload);

const udp = 17;
const tcp = 6;
const icmpv6 = 58;

describe("classify", () => {
  test.each([
    ["arp", frame(0x0806)],
    ["other", frame(0x88cc)],
    ["endpoint", ipv4(udp, "198.51.100.7", ports(51820, 51820))],
    ["endpoint", ipv4(tcp, "198.51.100.2", ports(40_000, 443))],
    ["endpoint-foreign", ipv4(udp, "198.51.100.7", ports(20_005, 51820))],
    ["endpoint-foreign", ipv4(tcp, "198.51.100.1", ports(29_999, 443))],
    ["udp4", ipv4(udp, "198.51.100.7", ports(51820, 51821))],
    ["udp4", ipv4(udp, "198.51.100.8", ports(51820, 51820))],
    ["tcp4", ipv4(tcp, "198.51.100.7", ports(51820, 51820))],
    ["tcp4", ipv4(tcp, "198.51.100.3", ports(40_000, 443))],
    ["udp4", ipv4(udp, "192.0.2.10", ports(1, 4242), 0, 7)],
    ["dns4", ipv4(udp, "192.168.1.1", ports(40_000, 53))],
    ["dns4", ipv4(tcp, "192.168.1.1", ports(40_000, 853))],
    ["icmp4", ipv4(1, "192.0.2.10", [8, 0])],
    ["other", ipv4(2, "224.0.0.22", [0x22])],
    ["udp4", ipv4(udp, "192.0.2.10", ports(1, 53), 185)], // a later fragment shows no ports
    ["udp6", ipv6(udp, ports(40_000, 4242))],
    ["tcp6", ipv6(tcp, ports(40_000, 443))],
    ["dns6", ipv6(udp, ports(40_000, 53))],
    ["nd", ipv6(icmpv6, [135])],
    ["icmp6", ipv6(icmpv6, [128])],
    ["mld", ipv6(0, [icmpv6, 0, 5, 2, 0, 0, 1, 0, 143])],
    ["dns6", ipv6(44, [udp, 0, ...two(1), 0, 0, 0, 1, ...ports(1, 53)])],
    ["udp6", ipv6(44, [udp, 0, ...two(8), 0, 0, 0, 1, ...ports(1, 53)])],
    ["dns6", ipv6(60, [43, 0, 0, 0, 0, 0, 0, 0, udp, 0, 0, 0, 0, 0, 0, 0, ...ports(1, 53)])],
    ["other", ipv6(50, [1, 2, 3])],
  ] as const)("%s", (expected, bytes) => {
    expect(classify(bytes, endpoints)).toBe(expected);
  });

  test("what is neither a neighbour's nor the VPN's counts as leaked", () => {
    const frames = [frame(0x0806), ipv6(icmpv6, [135]), ipv4(udp, "198.51.100.7", ports(51820, 51820)), frame(0x88cc)];
    expect(leaked(count(frames, endpoints))).toBe(1);
    expect(leaked(count([...frames, ipv4(udp, "198.51.100.7", ports(20_000, 51820))], endpoints))).toBe(2);
  });
});
