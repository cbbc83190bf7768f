import { expect, test } from "vitest";
import { leaked } from "../lab/classify.ts";
import { countSent, mac } from "./frames.ts";

const server = { protocol: "udp", addresses: ["198.51.100.7"], port: 51820 } as const;
const bytes = (text: string): readonly number[] =>
  text.split(/[:.]/).map((byte) => Number.parseInt(byte, text.includes(":") ? 16 : 10));
const be16 = (value: number): readonly number[] => [value >> 8, value & 255];

const udp4 = (to: string, from: number, port: number, sender: string = mac): Uint8Array =>
  Uint8Array.from([
    ...[...bytes("02:00:00:00:00:01"), ...bytes(sender), 0x08, 0x00],
    ...[0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, ...bytes("192.0.2.50"), ...bytes(to)],
    ...[...be16(from), ...be16(port), 0, 8, 0, 0],
  ]);
const udp6 = (from: number, port: number): Uint8Array =>
  Uint8Array.from([
    ...[...bytes("33:33:00:01:00:02"), ...bytes(mac), 0x86, 0xdd],
    ...[0x60, 0, 0, 0, 0, 8, 17, 64, ...Array.from({ length: 32 }, () => 0)],
    ...[...be16(from), ...be16(port), 0, 8, 0, 0],
  ]);

test("what the machine sends counts, and what it gets does not", () => {
  const counts = countSent(
    [udp4("203.0.113.9", 40_000, 9000), udp4("203.0.113.9", 40_000, 9000, "02:00:00:00:00:09")],
    server,
  );
  expect(counts.udp4).toBe(1);
  expect(leaked(counts)).toBe(1);
});

test("DHCP and the way to the server are no leak; their ports alone do not make them", () => {
  const harmless = [udp4("255.255.255.255", 68, 67), udp6(546, 547), udp4("198.51.100.7", 51820, 51820)];
  expect(countSent(harmless, server)).toMatchObject({ dhcp: 2, endpoint: 1 });
  expect(leaked(countSent(harmless, server))).toBe(0);
  expect(
    leaked(countSent([udp4("203.0.113.9", 40_000, 67), udp6(40_000, 547), udp4("203.0.113.9", 1, 51820)], server)),
  ).toBe(3);
});
