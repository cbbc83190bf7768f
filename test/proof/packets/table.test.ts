import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Range } from "../../../src/proof/packets/layout.ts";
import { Space } from "../../../src/proof/packets/space.ts";
import { digitWidths } from "./universe.ts";

const dimensions = [
  { name: "family", size: 2 },
  { name: "small", bits: 5 },
  { name: "short", bits: 16 },
  { name: "address", bits: 32 },
  { name: "long", bits: 128 },
  { name: "port", bits: 16 },
] as const;

const any = (bits: number): fc.Arbitrary<Range> =>
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
      fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
    )
    .map(([a, b]) => (a < b ? { first: a, last: b } : { first: b, last: a }));
/** Few bases, so that many are nested. */
const prefix = (bits: number): fc.Arbitrary<Range> =>
  fc
    .tuple(fc.constantFrom(0n, 1n, 0xa5a5a5a5n, (1n << BigInt(bits)) - 1n), fc.nat({ max: bits }))
    .map(([base, free]) => {
      const low = (1n << BigInt(free)) - 1n;
      const first = BigInt.asUintN(bits, base) & ~low;
      return { first, last: first | low };
    });

describe.each(digitWidths)("with digits of %i bits", (digitBits) => {
  test.each([
    ["small", 5],
    ["short", 16],
    ["address", 32],
    ["long", 128],
  ] as const)("a table of %s is the union of its entries", (name, bits) => {
    const entries = fc.array(fc.tuple(fc.oneof(any(bits), prefix(bits)), fc.nat({ max: 3 })), { maxLength: 30 });
    fc.assert(
      fc.property(entries, (list) => {
        const space = new Space(dimensions, { digitBits });
        const inside = (n: number) => (n === 0 ? space.all : space.is("port", n));
        const table = space.table(
          name,
          list.map(([range, n]) => ({ range, inside: inside(n) })),
        );
        const union = space.none.union(...list.map(([range, n]) => space.where(name, [range], inside(n))));
        expect(table.equals(union)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

test("an entry speaks of later dimensions alone, and of values that there are", () => {
  const space = new Space(dimensions);
  const range = { first: 0n, last: 1n };
  expect(() => space.table("address", [{ range, inside: space.is("family", 1) }])).toThrow("earlier dimensions");
  expect(() => space.table("address", [{ range, inside: space.is("address", 1) }])).toThrow("earlier dimensions");
  expect(() => space.table("small", [{ range: { first: 0n, last: 32n }, inside: space.all }])).toThrow("within");
  expect(() => space.table("small", [{ range: { first: 2n, last: 1n }, inside: space.all }])).toThrow("go up");
});
