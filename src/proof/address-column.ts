import type { Range } from "./packets/layout.ts";
import { writeLimbs } from "./packets/limbs.ts";

/**
 * Addresses in strictly ascending order, each in limbs of 32 bits, most significant first. Lists of 100,000 are compared and
 * merged in them several times as fast as in big integers.
 */
export class AddressColumn {
  readonly length: number;
  readonly #limbs: Uint32Array;
  /** The number of limbs of an address. */
  readonly #width: number;

  private constructor(limbs: Uint32Array, width: number) {
    this.#limbs = limbs;
    this.#width = width;
    this.length = limbs.length / width;
  }

  /** `highest`, here and below: the last address of the family. */
  static of(address: bigint, highest: bigint): AddressColumn {
    const width = widthFor(highest);
    const limbs = new Uint32Array(width);
    writeLimbs(limbs, 0, width, address);
    return new AddressColumn(limbs, width);
  }

  /** Each address behind which a sorted and disjoint set begins or ends. One that holds address 0 has begun before the first. */
  static boundsOf(set: readonly Range[], highest: bigint): AddressColumn {
    if ((set.at(-1)?.last ?? 0n) > highest) throw new Error("an address of another family");
    const width = widthFor(highest);
    const limbs = new Uint32Array(2 * width * set.length);
    let end = 0;
    for (const { first, last } of set) {
      if (first > 0n) {
        writeLimbs(limbs, end, width, first);
        decrement(limbs, end, width);
        writeLimbs(limbs, end + width, width, last);
        const gap = end === 0 ? 1 : compare(limbs, end, limbs, end - width, width);
        if (gap < 0 || compare(limbs, end, limbs, end + width, width) >= 0) throw new Error(unsorted);
        if (gap > 0) end += 2 * width;
        else limbs.copyWithin(end - width, end + width, end + 2 * width);
      } else {
        if (end > 0) throw new Error(unsorted);
        writeLimbs(limbs, end, width, last);
        end = width;
      }
    }
    return new AddressColumn(limbs.subarray(0, end), width);
  }

  /** Every address of any of them, once: the short ones first, by halves. */
  static merged(columns: readonly AddressColumn[]): AddressColumn {
    let all = columns.toSorted((a, b) => a.length - b.length);
    while (all.length > 1)
      all = Array.from({ length: (all.length + 1) >> 1 }, (_, i) => {
        const [a, b] = all.slice(2 * i) as [AddressColumn, AddressColumn?];
        return b ? a.#with(b) : a;
      });
    const [whole] = all;
    if (!whole) throw new Error("nothing to merge");
    return whole;
  }

  at(i: number): bigint {
    const start = i * this.#width;
    return this.#limbs.subarray(start, start + this.#width).reduce((value, limb) => (value << 32n) | BigInt(limb), 0n);
  }

  isSame(other: AddressColumn): boolean {
    return this.#limbs.length === other.#limbs.length && this.#limbs.every((limb, i) => limb === other.#limbs[i]);
  }

  isAt(place: number, other: AddressColumn, i: number): boolean {
    return compare(this.#limbs, place * this.#width, other.#limbs, i * this.#width, this.#width) === 0;
  }

  /** The same for columns of the same addresses, and for few others. */
  outline(): string {
    return [this.length, ...this.#limbs.subarray(0, 16), ...this.#limbs.subarray(-4)].join();
  }

  /** The first place of an address that is not below number `i` of another column: in growing steps from `from`, then by halves. */
  placeOf(other: AddressColumn, i: number, from = 0): number {
    const [limbs, width] = [this.#limbs, this.#width];
    const isBelow = (at: number): boolean => compare(limbs, at * width, other.#limbs, i * width, width) < 0;
    let low = from;
    let high = from;
    for (let step = 1; high < this.length && isBelow(high); step *= 2) {
      low = high + 1;
      high = Math.min(this.length, high + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBelow(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #with(other: AddressColumn): AddressColumn {
    const [a, b, width] = [this.#limbs, other.#limbs, this.#width];
    const all = new Uint32Array(a.length + b.length);
    let [i, j, end] = [0, 0, 0];
    while (i < a.length && j < b.length) {
      const order = compare(a, i, b, j, width);
      const from = order <= 0 ? a : b;
      const start = order <= 0 ? i : j;
      for (let limb = 0; limb < width; limb++) all[end++] = from[start + limb] as number;
      if (order <= 0) i += width;
      if (order >= 0) j += width;
    }
    all.set(a.subarray(i), end);
    end += a.length - i;
    all.set(b.subarray(j), end);
    end += b.length - j;
    return new AddressColumn(all.subarray(0, end), width);
  }
}

const unsorted = "addresses are not sorted and disjoint";
const widthFor = (highest: bigint): number => (highest < 1n << 32n ? 1 : 4);

function decrement(limbs: Uint32Array, at: number, width: number): void {
  for (let limb = at + width - 1; limb >= at; limb--) if ((limbs[limb] as number)-- !== 0) return;
}

function compare(a: Uint32Array, i: number, b: Uint32Array, j: number, width: number): number {
  for (let limb = 0; limb < width; limb++) {
    const difference = (a[i + limb] as number) - (b[j + limb] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
