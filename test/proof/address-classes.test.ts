import fc from "fast-check";
import { expect, test } from "vitest";
import { AddressClasses, type Addresses } from "../../src/proof/address-classes.ts";
import { BudgetExceeded } from "../../src/proof/packets/diagrams.ts";
import type { Range } from "../../src/proof/packets/layout.ts";

const highest = 63n;
const all = Array.from({ length: 64 }, (_, i) => BigInt(i));
/** Sorted and disjoint, adjacent ones among them. */
const sets: fc.Arbitrary<Addresses> = fc
  .uniqueArray(fc.nat({ max: 63 }), { maxLength: 12 })
  .map((ends) => ends.toSorted((a, b) => a - b))
  .map((ends) =>
    Array.from({ length: ends.length >> 1 }, (_, i) => ({
      first: BigInt(ends[2 * i] ?? 0),
      last: BigInt(ends[2 * i + 1] ?? 0),
    })),
  );
const isIn = (ranges: readonly Range[], value: bigint): boolean =>
  ranges.some(({ first, last }) => first <= value && value <= last);
const members = (set: Addresses): readonly bigint[] => all.filter((address) => isIn(set, address));

test("a code is of a set exactly when its address is, whatever was asked before and after", () => {
  fc.assert(
    fc.property(fc.array(sets, { maxLength: 6 }), fc.array(sets, { maxLength: 6 }), (known, later) => {
      const classes = new AddressClasses(highest, known);
      const asked = [...known, ...later].map((set) => ({ set, codes: classes.codesOf(set) }));
      for (const { set, codes } of asked) {
        expect(all.filter((address) => isIn(codes, classes.codeOf(address)))).toEqual(members(set));
        expect(
          codes.every(({ first, last }, i) => first <= last && (i === 0 || (codes[i - 1]?.last ?? 0n) < first)),
        ).toBe(true);
        expect(classes.codesOf(set)).toEqual(codes);
      }
    }),
  );
});

test("an address that stands for its class is in the same sets", () => {
  fc.assert(
    fc.property(fc.array(sets, { maxLength: 6 }), fc.array(sets, { maxLength: 3 }), (known, later) => {
      const classes = new AddressClasses(highest, known);
      for (const set of later) classes.codesOf(set);
      for (const address of all) {
        const lowest = classes.addressOf(classes.codeOf(address));
        for (const set of [...known, ...later]) expect(isIn(set, lowest)).toBe(isIn(set, address));
      }
    }),
  );
});

test("codes are said as the addresses that they stand for", () => {
  fc.assert(
    fc.property(fc.array(sets, { maxLength: 6 }), sets, (known, set) => {
      const classes = new AddressClasses(highest, known);
      const codes = classes.codesOf(set);
      const ranges = [...classes.rangesWhere((code) => isIn(codes, code))];
      expect(members(ranges)).toEqual(members(set));
      expect(ranges.every(({ first }, i) => i === 0 || (ranges[i - 1]?.last ?? 0n) + 1n < first)).toBe(true);
    }),
  );
});

test("a long list is one class, however many addresses lie between", () => {
  const list = Array.from({ length: 1000 }, (_, i) => ({ first: BigInt(4 * i), last: BigInt(4 * i + 1) }));
  const one = { first: 4n, last: 4n };
  const classes = new AddressClasses(1n << 32n, [list]);
  expect(classes.codesOf(list)).toHaveLength(1);
  expect(classes.codeOf(0n)).toBe(classes.codeOf(3996n));
  const before = classes.codesOf(list);
  const cut = classes.codesOf([one]);
  expect(cut).toHaveLength(1);
  expect(cut.every(({ first, last }) => isIn(before, first) && isIn(before, last))).toBe(true);
  expect(classes.codeOf(4n)).not.toBe(classes.codeOf(5n));
});

test("a list that comes late, and is long", () => {
  const list = Array.from({ length: 1000 }, (_, i) => ({ first: BigInt(4 * i), last: BigInt(4 * i + 1) }));
  const classes = new AddressClasses(1n << 32n, [[{ first: 1n, last: 100n }]]);
  const codes = classes.codesOf(list);
  for (const address of [0n, 1n, 2n, 4n, 99n, 100n, 101n, 102n, 3996n, 3998n, 5000n])
    expect(isIn(codes, classes.codeOf(address)), `${address}`).toBe(isIn(list, address));
});

test("a class that is cut too often is an error, and never a wrong answer", () => {
  const classes = new AddressClasses(1n << 32n, []);
  const cut = (): void => {
    for (let i = 0n; i < 100n; i++) classes.codesOf([{ first: 2n * i, last: 2n * i }]);
  };
  expect(cut).toThrow(BudgetExceeded);
});

test.each([
  ["not sorted", [10n, 11n, 1n, 2n]],
  ["overlapping", [1n, 5n, 5n, 9n]],
  ["downward", [9n, 5n]],
])("addresses that are %s are refused", (_, [a = 0n, b = 0n, c, d]) => {
  const set = [{ first: a, last: b }, ...(c !== undefined && d !== undefined ? [{ first: c, last: d }] : [])];
  expect(() => new AddressClasses(highest, [set])).toThrow("not sorted and disjoint");
  expect(() => new AddressClasses(highest, []).codesOf(set)).toThrow("not sorted and disjoint");
});
