import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Family, families, last, width } from "../../src/net/address.ts";
import {
  type AddressRange,
  type AddressSet,
  addressSet,
  complement,
  contains,
  everything,
  formatRange,
  formatSet,
  intersect,
  isSubset,
  ofFamily,
  overlaps,
  prefixLength,
  subtract,
  toPrefixes,
  union,
} from "../../src/net/address-set.ts";
import { isFault, parseNet } from "../../src/net/parse-net.ts";

/** Both ends of both families: where sums overflow and sorting goes wrong. */
const universe = families.flatMap((family) =>
  [...Array(12).keys()].flatMap((i) => [
    { family, value: BigInt(i) },
    { family, value: last(family) - BigInt(i) },
  ]),
);

const range: fc.Arbitrary<AddressRange> = fc
  .tuple(fc.constantFrom<Family>(...families), fc.nat(11), fc.nat(11), fc.boolean())
  .map(([family, a, b, atEnd]) => {
    const [first, end] = [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))];
    return atEnd ? { family, first: last(family) - end, last: last(family) - first } : { family, first, last: end };
  });
const ranges = fc.array(range, { maxLength: 6 });
const set = ranges.map(addressSet);

const members = (s: readonly AddressRange[]) =>
  universe.map(({ family, value }) => s.some((r) => r.family === family && r.first <= value && value <= r.last));
/** Whatever an operation returns holds these members and is canonical. */
const expectSet = (result: AddressSet, wanted: readonly boolean[]) => {
  expect(members(result)).toEqual(wanted);
  expect(addressSet(result)).toEqual(result);
};
const check = <T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  claim: (...values: T) => void,
) =>
  fc.assert(
    fc.property(fc.tuple<T>(...arbitraries), (values) => {
      claim(...values);
    }),
    { numRuns: 300 },
  );

describe("sets of addresses against brute force", () => {
  test("addressSet holds what its ranges hold, sorted, disjoint, apart", () => {
    check<[AddressRange[]]>([ranges], (input) => {
      const result = addressSet(input);
      expectSet(result, members(input));
      for (const [i, r] of result.entries()) {
        const next = result[i + 1];
        if (next?.family === r.family) expect(next.first).toBeGreaterThan(r.last + 1n);
        else if (next) expect([r.family, next.family]).toEqual(["ipv4", "ipv6"]);
      }
    });
  });
  test("union", () => {
    check<[AddressSet, AddressSet]>([set, set], (a, b) => {
      const [x, y] = [members(a), members(b)];
      expectSet(
        union(a, b),
        x.map((m, i) => m || y[i] === true),
      );
    });
  });
  test("intersect", () => {
    check<[AddressSet, AddressSet]>([set, set], (a, b) => {
      const y = members(b);
      expectSet(
        intersect(a, b),
        members(a).map((m, i) => m && y[i] === true),
      );
    });
  });
  test("subtract", () => {
    check<[AddressSet, AddressSet]>([set, set], (a, b) => {
      const y = members(b);
      expectSet(
        subtract(a, b),
        members(a).map((m, i) => m && y[i] === false),
      );
    });
  });
  test("complement is of one family", () => {
    check<[AddressSet, Family]>([set, fc.constantFrom<Family>(...families)], (a, family) => {
      expectSet(
        complement(a, family),
        members(a).map((m, i) => !m && universe[i]?.family === family),
      );
      expect(union(complement(a, family), ofFamily(a, family))).toEqual([everything(family)]);
    });
  });
  test("contains", () => {
    check<[AddressSet]>([set], (a) => expect(universe.map((address) => contains(a, address))).toEqual(members(a)));
  });
  test("isSubset and overlaps", () => {
    check<[AddressSet, AddressSet]>([set, set], (a, b) => {
      const y = members(b);
      expect(isSubset(a, b)).toBe(members(a).every((m, i) => !m || y[i] === true));
      expect(overlaps(a, b)).toBe(members(a).some((m, i) => m && y[i] === true));
    });
  });
  test("operations change nothing that they are given", () => {
    check<[AddressSet, AddressSet]>([set, set], (a, b) => {
      const before = structuredClone([a, b]);
      for (const operation of [union, intersect, subtract, isSubset, overlaps]) operation(a, b);
      expect([a, b]).toEqual(before);
    });
  });
});

const wideRange = fc
  .constantFrom<Family>(...families)
  .chain((family) =>
    fc
      .tuple(fc.bigInt({ min: 0n, max: last(family) }), fc.bigInt({ min: 0n, max: last(family) }))
      .map(([a, b]): AddressRange => ({ family, first: a < b ? a : b, last: a < b ? b : a })),
  );

describe("prefixes", () => {
  test("prefixLength knows every prefix and nothing else", () => {
    const bits = fc
      .constantFrom<Family>(...families)
      .chain((family) =>
        fc.tuple(fc.constant(family), fc.nat(width(family)), fc.bigInt({ min: 0n, max: last(family) })),
      );
    fc.assert(
      fc.property(bits, ([family, length, value]) => {
        const size = 1n << BigInt(width(family) - length);
        const first = value - (value % size);
        expect(prefixLength({ family, first, last: first + size - 1n })).toBe(length);
        if (size > 1n)
          expect(prefixLength({ family, first, last: first + size - 2n })).toBe(
            size === 2n ? width(family) : undefined,
          );
      }),
    );
    expect(prefixLength({ family: "ipv4", first: 1n, last: 2n })).toBeUndefined();
  });

  test("toPrefixes covers a range exactly, without a join left", () => {
    fc.assert(
      fc.property(wideRange, (r) => {
        const prefixes = toPrefixes(r);
        expect(addressSet(prefixes)).toEqual([r]);
        for (const [i, p] of prefixes.entries()) {
          expect(prefixLength(p)).toBeDefined();
          const next = prefixes[i + 1];
          if (!next) continue;
          expect(next.first).toBe(p.last + 1n);
          expect(prefixLength({ family: r.family, first: p.first, last: next.last })).toBeUndefined();
        }
      }),
    );
  });

  test("formatRange is read back as the same range", () => {
    fc.assert(
      fc.property(wideRange, (r) => {
        const net = parseNet(formatRange(r));
        expect(isFault(net) ? net.kind : net).toEqual(r);
      }),
    );
  });

  test.each([
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::/0", "::/0"],
    ["10.0.0.0-10.255.255.255", "10.0.0.0/8"],
    ["10.0.0.7/32", "10.0.0.7"],
    ["10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"],
  ])("formatRange writes %s as %s", (text, short) => {
    const net = parseNet(text);
    expect(isFault(net) ? net.kind : formatRange(net)).toBe(short);
  });

  test("formatSet joins ranges with commas", () => {
    const set = addressSet([everything("ipv6"), { family: "ipv4", first: 1n, last: 1n }]);
    expect(formatSet(set)).toBe("0.0.0.1, ::/0");
    expect(formatSet([])).toBe("");
  });
});
