import fc from "fast-check";
import { expect } from "vitest";
import type { DigitBits, Dimension, Range } from "../../../src/proof/packets/layout.ts";
import type { PacketSet } from "../../../src/proof/packets/packet-set.ts";
import { Space } from "../../../src/proof/packets/space.ts";

/** So few packets that all of them can be tried: short first digits, whole ones, and an alphabet that is no power of two. */
export const dimensions: readonly Dimension[] = [
  { name: "a", bits: 3 },
  { name: "b", bits: 5 },
  { name: "c", size: 3 },
  { name: "d", bits: 3 },
];
const sizes = [8, 32, 3, 8];

export const packets: readonly (readonly bigint[])[] = sizes.reduce<readonly (readonly bigint[])[]>(
  (all, size) => all.flatMap((packet) => Array.from({ length: size }, (_, value) => [...packet, BigInt(value)])),
  [[]],
);

export const digitWidths: readonly DigitBits[] = [1, 2, 4, 8, 16];
export const spaceOf = (digitBits: DigitBits): Space => new Space(dimensions, { digitBits });

/** What a set must be, worked out packet by packet. */
export type Members = readonly boolean[];
/** A set has these members and no others; the first packet that tells is shown. */
export function expectMembers(set: PacketSet, members: Members): void {
  expect(packets.find((packet, i) => set.has(packet) !== members[i])).toBeUndefined();
}
export const those = (holds: (packet: readonly bigint[], index: number) => boolean): Members => packets.map(holds);

/** Values of some dimensions; absent: any. */
export type Constraint = readonly (readonly Range[] | undefined)[];

const rangesBelow = (size: number): fc.Arbitrary<readonly Range[]> =>
  fc.uniqueArray(fc.nat({ max: size - 1 }), { minLength: 0, maxLength: 4 }).map((ends) => {
    const sorted = ends.toSorted((a, b) => a - b).map(BigInt);
    return sorted.flatMap((first, i) => (i % 2 === 0 ? [{ first, last: sorted[i + 1] ?? first }] : []));
  });

export const constraints: fc.Arbitrary<Constraint> = fc.tuple(
  ...sizes.map((size) => fc.option(rangesBelow(size), { nil: undefined, freq: 2 })),
);

export const meets = (constraint: Constraint, packet: readonly bigint[]): boolean =>
  constraint.every((ranges, i) => {
    const value = packet[i];
    return (
      ranges === undefined || ranges.some(({ first, last }) => value !== undefined && first <= value && value <= last)
    );
  });

/** Built by intersection of one dimension after the other, from the first down. */
export const setOf = (constraint: Constraint, space: Space): PacketSet =>
  constraint.reduce<PacketSet>(
    (set, ranges, i) => (ranges ? set.intersect(space.where(dimensions[i]?.name ?? "", ranges)) : set),
    space.all,
  );

/** Any set: a union of products. */
export const products = fc.array(constraints, { maxLength: 6 });
export const unionOf = (all: readonly Constraint[], space: Space): PacketSet =>
  space.none.union(...all.map((constraint) => setOf(constraint, space)));
export const isInUnion = (all: readonly Constraint[], packet: readonly bigint[]): boolean =>
  all.some((constraint) => meets(constraint, packet));
