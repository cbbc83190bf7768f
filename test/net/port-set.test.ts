import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arePortsIn,
  containsPort,
  formatPorts,
  type PortSet,
  portSet,
  ports,
  portsOverlap,
} from "../../src/net/port-set.ts";
import { icmpTypes, icmpv6Types, protocolNumber } from "../../src/net/protocol.ts";

/** Both ends of the numbers. */
const universe = [...Array(10).keys()].flatMap((i) => [i, 65535 - i]);
const range = fc.tuple(fc.nat(9), fc.nat(9), fc.boolean()).map(([a, b, atEnd]) => {
  const [first, last] = [Math.min(a, b), Math.max(a, b)];
  return atEnd ? { first: 65535 - last, last: 65535 - first } : { first, last };
});
const ranges = fc.array(range, { maxLength: 5 });
const members = (set: PortSet) => universe.map((port) => set.some((r) => r.first <= port && port <= r.last));

test("portSet holds what its ranges hold, sorted, disjoint, apart", () => {
  fc.assert(
    fc.property(ranges, (input) => {
      const set = portSet(input);
      expect(members(set)).toEqual(members(input));
      expect(universe.map((port) => containsPort(set, port))).toEqual(members(input));
      for (const [i, r] of set.entries()) {
        const next = set[i + 1];
        if (next) expect(next.first).toBeGreaterThan(r.last + 1);
      }
    }),
  );
});

test("portsOverlap and arePortsIn agree with brute force", () => {
  fc.assert(
    fc.property(ranges.map(portSet), ranges.map(portSet), (a, b) => {
      const [x, y] = [members(a), members(b)];
      expect(portsOverlap(a, b)).toBe(x.some((m, i) => m && y[i] === true));
      expect(arePortsIn(a, b)).toBe(x.every((m, i) => !m || y[i] === true));
    }),
  );
});

test("ports are written as people write them", () => {
  expect(formatPorts(ports(53, 853, 54))).toBe("53-54, 853");
});

test("protocols have their IANA numbers", () => {
  expect((["tcp", "udp", "icmp", "icmpv6"] as const).map((kind) => protocolNumber({ kind }))).toEqual([6, 17, 1, 58]);
  expect(protocolNumber({ kind: "protocol", number: 50 })).toBe(50);
});

test.each([
  ["icmp", icmpTypes],
  ["icmpv6", icmpv6Types],
])("no two names of %s have one number", (_, types) => {
  expect(new Set(Object.values(types)).size).toBe(Object.keys(types).length);
});
