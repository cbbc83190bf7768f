import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressColumn } from "../../src/proof/address-column.ts";
import type { Range } from "../../src/proof/packets/layout.ts";

const limb = 1n << 32n;

describe.each([
  { family: "ipv4", highest: limb - 1n },
  { family: "ipv6", highest: (1n << 128n) - 1n },
])("$family", ({ highest }) => {
  /** Close to each other, and to where a limb is full. */
  const addresses = fc
    .tuple(fc.constantFrom(0n, limb, limb << 32n, limb << 64n, highest), fc.bigInt({ min: -3n, max: 3n }))
    .map(([near, by]) => near + by)
    .filter((address) => address >= 0n && address <= highest);
  const sorted = fc.uniqueArray(addresses, { maxLength: 12 }).map((all) => all.toSorted((a, b) => (a < b ? -1 : 1)));
  const sets = sorted.map((all) =>
    Array.from({ length: all.length >> 1 }, (_, i) => ({ first: all[2 * i] ?? 0n, last: all[2 * i + 1] ?? 0n })),
  );
  const boundsOf = (set: readonly Range[]) => AddressColumn.boundsOf(set, highest);
  const read = (column: AddressColumn): readonly bigint[] =>
    Array.from({ length: column.length }, (_, i) => column.at(i));
  const isIn = (set: readonly Range[], address: bigint): boolean =>
    set.some(({ first, last }) => first <= address && address <= last);

  test("a set begins or ends behind its bounds, and nowhere else", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const near = set.flatMap(({ first, last }) => [first - 1n, first, last]).filter((address) => address >= 0n);
        const flips = near.filter((address) => isIn(set, address) !== isIn(set, address + 1n));
        expect(read(boundsOf(set))).toEqual([...new Set(flips)]);
      }),
    );
  });

  test("merged, each stands once", () => {
    fc.assert(
      fc.property(fc.array(sets, { minLength: 1, maxLength: 5 }), (all) => {
        const columns = all.map(boundsOf);
        const each = new Set(columns.flatMap(read));
        expect(read(AddressColumn.merged(columns))).toEqual([...each].sort((a, b) => (a < b ? -1 : 1)));
      }),
    );
  });

  test("a place is where nothing before is as high", () => {
    fc.assert(
      fc.property(sets, addresses, (set, address) => {
        const column = boundsOf(set);
        const one = AddressColumn.of(address, highest);
        const place = read(column).filter((each) => each < address).length;
        for (let from = 0; from <= place; from++) expect(column.placeOf(one, 0, from)).toBe(place);
        if (place < column.length) expect(column.isAt(place, one, 0)).toBe(column.at(place) === address);
      }),
    );
  });

  test("two are the same when their addresses are", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const [one, other] = [boundsOf(a), boundsOf(b)];
        const areSame = read(one).join() === read(other).join();
        expect(one.isSame(other)).toBe(areSame);
        expect(one.isSame(boundsOf(structuredClone(a)))).toBe(true);
        if (areSame) expect(one.outline()).toBe(other.outline());
      }),
    );
  });

  test.each([
    ["a set that ends before it begins", [{ first: 9n, last: 8n }]],
    [
      "one behind a neighbour",
      [
        { first: 5n, last: 9n },
        { first: 10n, last: 8n },
      ],
    ],
    [
      "two in the wrong order",
      [
        { first: 5n, last: 9n },
        { first: 1n, last: 2n },
      ],
    ],
    [
      "two that overlap",
      [
        { first: 5n, last: 9n },
        { first: 9n, last: 12n },
      ],
    ],
    [
      "address 0 behind others",
      [
        { first: 5n, last: 9n },
        { first: 0n, last: 2n },
      ],
    ],
    ["an address that the family has not", [{ first: 5n, last: highest + 1n }]],
  ])("refused: %s", (_, set) => {
    expect(() => boundsOf(set)).toThrow(/not sorted and disjoint|another family/);
  });
});
