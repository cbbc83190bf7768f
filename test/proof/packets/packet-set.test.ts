import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generalise, membersOf as membersOfBox } from "../../../src/proof/packets/generalise.ts";
import { Space } from "../../../src/proof/packets/space.ts";
import {
  constraints,
  digitWidths,
  dimensions,
  expectMembers,
  isInUnion,
  meets,
  packets,
  products,
  setOf,
  spaceOf,
  those,
  unionOf,
} from "./universe.ts";

const runs = { numRuns: 40 };
const names = dimensions.map(({ name }) => name);

describe.each(digitWidths)("with digits of %i bits", (digitBits) => {
  test("bits of a number are kept, flipped and left open as they are packet by packet", () => {
    const bits = fc.nat({ max: 31 });
    fc.assert(
      fc.property(products, bits, bits, (some, keep, flip) => {
        const set = unionOf(some, spaceOf(digitBits));
        const at = (packet: readonly bigint[], b: number) => isInUnion(some, packet.with(1, BigInt(b)));
        const b = (packet: readonly bigint[]): number => Number(packet[1]);
        expectMembers(
          set.whenMasked("b", BigInt(keep), BigInt(flip)),
          those((packet) => at(packet, (b(packet) & keep) ^ flip)),
        );
        const values = Array.from({ length: 32 }, (_, value) => value).filter((value) => (value & ~flip) === 0);
        expectMembers(
          set.whateverBits("b", BigInt(flip)),
          those((packet) => values.some((value) => at(packet, (b(packet) & ~flip) | value))),
        );
      }),
      { numRuns: 20 },
    );
  });

  test("every operation is what it is packet by packet", () => {
    fc.assert(
      fc.property(products, products, (some, others) => {
        const space = spaceOf(digitBits);
        const [a, b] = [unionOf(some, space), unionOf(others, space)];
        const [inA, inB] = [those((p) => isInUnion(some, p)), those((p) => isInUnion(others, p))];
        const both = (f: (x: boolean, y: boolean) => boolean) => inA.map((x, i) => f(x, inB[i] ?? false));
        expectMembers(a, inA);
        expectMembers(
          a.union(b),
          both((x, y) => x || y),
        );
        expectMembers(
          a.intersect(b),
          both((x, y) => x && y),
        );
        expectMembers(
          a.minus(b),
          both((x, y) => x && !y),
        );
        expectMembers(
          a.symmetricDifference(b),
          both((x, y) => x !== y),
        );
        expectMembers(
          a.complement(),
          inA.map((x) => !x),
        );
        expect(a.equals(b)).toBe(inA.every((x, i) => x === inB[i]));
        expect(a.isEmpty()).toBe(!inA.includes(true));
        expect(a.isEverything()).toBe(!inA.includes(false));
        expect(a.isSubsetOf(b)).toBe(inA.every((x, i) => !x || inB[i]));
        expect(a.overlaps(b)).toBe(inA.some((x, i) => x && inB[i]));
        expect(a.count()).toBe(BigInt(inA.filter(Boolean).length));
      }),
      runs,
    );
  });

  test("a set is one node, however it came about", () => {
    fc.assert(
      fc.property(products, products, products, (some, others, more) => {
        const space = spaceOf(digitBits);
        const [a, b, c] = [unionOf(some, space), unionOf(others, space), unionOf(more, space)];
        const laws = [
          [a.union(b), b.union(a)],
          [a.union(b.union(c)), a.union(b).union(c)],
          [a.union(b, c), c.union(a, b)],
          [a.intersect(b.union(c)), a.intersect(b).union(a.intersect(c))],
          [a.union(b.intersect(c)), a.union(b).intersect(a.union(c))],
          [a.union(b).complement(), a.complement().intersect(b.complement())],
          [a.intersect(b).complement(), a.complement().union(b.complement())],
          [a.complement().complement(), a],
          [a.minus(b), a.intersect(b.complement())],
          [a.symmetricDifference(b), a.minus(b).union(b.minus(a))],
          [a.symmetricDifference(b).symmetricDifference(b), a],
          [a.union(a.intersect(b)), a],
          [a.intersect(a.complement()), space.none],
          [a.union(a.complement()), space.all],
          [a.exists("a", "c").complement(), a.complement().forAll("a", "c")],
          [a.exists("a").exists("c"), a.exists("c", "a")],
          [a.union(b).exists("b"), a.exists("b").union(b.exists("b"))],
        ] as const;
        for (const [i, [left, right]] of laws.entries()) expect(left.equals(right), `law ${i}`).toBe(true);
        expect(a.union(b).count() + a.intersect(b).count()).toBe(a.count() + b.count());
      }),
      runs,
    );
  });

  test("quantifiers say some and every", () => {
    fc.assert(
      fc.property(products, fc.subarray([0, 1, 2, 3]), (some, chosen) => {
        const space = spaceOf(digitBits);
        const set = unionOf(some, space);
        const fixed = (packet: readonly bigint[]) => packet.filter((_, i) => !chosen.includes(i)).join();
        const groups = Map.groupBy(packets, fixed);
        const isIn = (packet: readonly bigint[]) => isInUnion(some, packet);
        const [inSome, inAll] = [new Map<string, boolean>(), new Map<string, boolean>()];
        for (const [key, group] of groups) {
          inSome.set(key, group.some(isIn));
          inAll.set(key, group.every(isIn));
        }
        const quantified = chosen.map((i) => names[i] ?? "");
        expectMembers(
          set.exists(...quantified),
          those((p) => inSome.get(fixed(p)) ?? false),
        );
        expectMembers(
          set.forAll(...quantified),
          those((p) => inAll.get(fixed(p)) ?? false),
        );
        const rest = names.filter((name) => !quantified.includes(name));
        expect(set.project(...rest).equals(set.exists(...quantified))).toBe(true);
      }),
      runs,
    );
  });

  test("a pre-image is what lands in the set", () => {
    fc.assert(
      fc.property(products, fc.nat({ max: 7 }), fc.nat({ max: 2 }), (some, a, c) => {
        const space = spaceOf(digitBits);
        const set = unionOf(some, space);
        const assigned = ([, b = 0n, , d = 0n]: readonly bigint[]) => [BigInt(a), b, BigInt(c), d];
        expectMembers(
          set.whenSet({ a: BigInt(a), c: BigInt(c) }),
          those((p) => isInUnion(some, assigned(p))),
        );
        const swapped = ([a = 0n, b = 0n, c = 0n, d = 0n]: readonly bigint[]) => [d, b, c, a];
        expectMembers(
          set.whenSwapped(["a", "d"]),
          those((p) => isInUnion(some, swapped(p))),
        );
        expect(set.whenSwapped(["a", "d"]).whenSwapped(["d", "a"]).equals(set)).toBe(true);
      }),
      runs,
    );
  });

  test("one pass from below makes what intersections make", () => {
    fc.assert(
      fc.property(constraints, (constraint) => {
        const space = spaceOf(digitBits);
        const inOnePass = constraint.reduceRight(
          (inside, ranges, i) => (ranges ? space.where(names[i] ?? "", ranges, inside) : inside),
          space.all,
        );
        expect(inOnePass.equals(setOf(constraint, space))).toBe(true);
        expectMembers(
          inOnePass,
          those((p) => meets(constraint, p)),
        );
      }),
      runs,
    );
  });

  test("a mask asks for some bits", () => {
    for (let mask = 0n; mask < 32n; mask++) {
      for (const value of [0n, 5n, 21n, 31n]) {
        const set = spaceOf(digitBits).masked("b", value, mask);
        expectMembers(
          set,
          those(([, b = 0n]) => (b & mask) === value),
        );
      }
    }
  });

  test("the lowest member and the ranges of a dimension", () => {
    fc.assert(
      fc.property(products, (some) => {
        const space = spaceOf(digitBits);
        const set = unionOf(some, space);
        expect(set.lowest()).toEqual(packets.find((p) => isInUnion(some, p)));
        const values = set.project("b");
        const listed = [...values.ranges("b")];
        const isListed = (value: bigint) => listed.some(({ first, last }) => first <= value && value <= last);
        expectMembers(
          values,
          those(([, b = 0n]) => isListed(b)),
        );
        for (const [i, { first }] of listed.entries())
          expect(first > (listed[i - 1]?.last ?? -2n) + 1n, "neighbours are one range").toBe(true);
      }),
      runs,
    );
  });

  test("a box around a member lies in the set, holds the member and cannot grow", () => {
    fc.assert(
      fc.property(products, fc.nat(), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (some, pick, order) => {
        const space = spaceOf(digitBits);
        const members = packets.filter((p) => isInUnion(some, p));
        const member = members[pick % Math.max(members.length, 1)];
        if (!member) return;
        const set = unionOf(some, space);
        const box = generalise(space.diagrams, set.node, member, order, pick % 2 === 0 ? [] : order);
        const product = space.ofNode(membersOfBox(space.diagrams, box));
        expect(product.isSubsetOf(set)).toBe(true);
        expect(product.has(member)).toBe(true);
        for (const [i, name] of names.entries()) {
          const wider = box.map((node, j) => (j === i ? 1 : node));
          const alsoIn = space.ofNode(membersOfBox(space.diagrams, wider)).minus(product);
          for (const { first } of alsoIn.project(name).ranges(name))
            expect(alsoIn.intersect(space.is(name, first)).isSubsetOf(set), `${name} ${first}`).toBe(false);
        }
      }),
      runs,
    );
  });
});

test("the width of a digit changes no count and no range", () => {
  fc.assert(
    fc.property(products, (some) => {
      const sets = digitWidths.map((width) => unionOf(some, spaceOf(width)));
      expect(new Set(sets.map((set) => set.count())).size).toBe(1);
      const ranges = sets.map((set) => [...set.project("b").ranges("b")].map(({ first, last }) => `${first}-${last}`));
      expect(new Set(ranges.map(String)).size).toBe(1);
    }),
    runs,
  );
});

test("sets of different spaces do not mix", () => {
  const [one, other] = [spaceOf(8), spaceOf(8)];
  expect(() => one.all.intersect(other.all)).toThrow("different spaces");
  expect(() => one.all.equals(other.all)).toThrow("different spaces");
  expect(() => one.where("a", [], other.all)).toThrow("another space");
});

test.each([
  [
    "not sorted",
    [
      { first: 5n, last: 6n },
      { first: 1n, last: 2n },
    ],
  ],
  [
    "overlapping",
    [
      { first: 1n, last: 4n },
      { first: 4n, last: 5n },
    ],
  ],
  ["downward", [{ first: 4n, last: 3n }]],
  ["beyond the dimension", [{ first: 4n, last: 8n }]],
])("ranges that are %s are refused", (_, ranges) => {
  expect(() => spaceOf(8).where("a", ranges)).toThrow("sorted, disjoint");
});

test("a dimension needs a name of its own and a value", () => {
  expect(
    () =>
      new Space([
        { name: "a", bits: 1 },
        { name: "a", bits: 2 },
      ]),
  ).toThrow("one name");
  expect(() => new Space([{ name: "a", size: 0 }])).toThrow("no value");
  expect(() => spaceOf(8).is("z", 1)).toThrow("no dimension z");
});
