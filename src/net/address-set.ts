import { type Address, type Family, families, formatAddress, last, width } from "./address.ts";

/** All addresses from `first` to `last`, both included. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/** Canonical: IPv4 before IPv6, sorted, disjoint, adjacent ranges merged. May be empty; a `Match` never holds an empty one. */
export type AddressSet = readonly AddressRange[];

export const everything = (family: Family): AddressRange => ({ family, first: 0n, last: last(family) });

/** Cost: O(n log n). */
export function addressSet(ranges: Iterable<AddressRange>): AddressSet {
  const all = [...ranges];
  return families.flatMap((family) => joined(all.filter((range) => range.family === family)));
}

function joined(ranges: readonly AddressRange[]): AddressSet {
  const all: AddressRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = all.at(-1);
    if (!previous || range.first > previous.last + 1n) all.push(range);
    else if (range.last > previous.last) all[all.length - 1] = { ...previous, last: range.last };
  }
  return all;
}

export const union = (...sets: readonly AddressSet[]): AddressSet => addressSet(sets.flat());

/** Cost: linear in the shorter set and in what is in both, logarithmic in the rest of the longer one. */
export function intersect(a: AddressSet, b: AddressSet): AddressSet {
  const out: AddressRange[] = [];
  for (let i = 0, j = 0; ; ) {
    const x = a[i];
    const y = b[j];
    if (!x || !y) return out;
    if (isBefore(x, y)) i = afterwards(a, i, y);
    else if (isBefore(y, x)) j = afterwards(b, j, x);
    else {
      const first = x.first > y.first ? x.first : y.first;
      const end = x.last < y.last ? x.last : y.last;
      out.push({ family: x.family, first, last: end });
      if (x.last < y.last) i++;
      else j++;
    }
  }
}

/** The first place behind `from` of a range that is not before another: searched in growing steps, then by halves. */
function afterwards(set: AddressSet, from: number, other: AddressRange): number {
  let low = from + 1;
  let high = low;
  for (let step = 1; high < set.length && isBefore(set[high] as AddressRange, other); step *= 2) {
    low = high + 1;
    high = Math.min(set.length, high + step);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(set[middle] as AddressRange, other)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const complement = (set: AddressSet, family: Family): AddressSet => subtract([everything(family)], set);

export function subtract(a: AddressSet, b: AddressSet): AddressSet {
  if (b.length === 0) return a;
  const out: AddressRange[] = [];
  let j = 0;
  for (const x of a) {
    while (b[j] && isBefore(b[j] as AddressRange, x)) j++;
    let first = x.first;
    for (let k = j; ; k++) {
      const y = b[k];
      if (!y || y.family !== x.family || y.first > x.last) break;
      if (y.first > first) out.push({ family: x.family, first, last: y.first - 1n });
      first = y.last + 1n;
      if (first > x.last) break;
    }
    if (first === x.first) out.push(x);
    else if (first <= x.last) out.push({ family: x.family, first, last: x.last });
  }
  return out;
}

const isBefore = (y: AddressRange, x: AddressRange): boolean =>
  y.family < x.family || (y.family === x.family && y.last < x.first);

/** Ends at the first address in both. Cost: as that of `intersect`. */
export function overlaps(a: AddressSet, b: AddressSet): boolean {
  for (let i = 0, j = 0; ; ) {
    const x = a[i];
    const y = b[j];
    if (!x || !y) return false;
    if (isBefore(x, y)) i = afterwards(a, i, y);
    else if (isBefore(y, x)) j = afterwards(b, j, x);
    else return true;
  }
}

export const isSubset = (a: AddressSet, b: AddressSet): boolean => subtract(a, b).length === 0;

const parts = new WeakMap<AddressSet, Readonly<Record<Family, AddressSet>>>();

/** What a set has of a family: the same list whenever it is asked for. */
export function ofFamily(set: AddressSet, family: Family): AddressSet {
  const known = parts.get(set) ?? {
    ipv4: set.filter((range) => range.family === "ipv4"),
    ipv6: set.filter((range) => range.family === "ipv6"),
  };
  parts.set(set, known);
  return known[family];
}

/** O(log n). */
export function contains(set: AddressSet, address: Address): boolean {
  const range = set[placeOf(set, address)];
  return range !== undefined && range.family === address.family && range.first <= address.value;
}

/** Binary search: the first range that does not end before an address. */
function placeOf(set: AddressSet, { family, value }: Address): number {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = set[middle] as AddressRange;
    if (range.family < family || (range.family === family && range.last < value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The length of the prefix that a range is, or undefined when it is none. */
export function prefixLength({ family, first, last: end }: AddressRange): number | undefined {
  if (first === end) return width(family);
  const hosts = end - first;
  const size = hosts + 1n;
  if ((hosts & size) !== 0n || (first & hosts) !== 0n) return undefined;
  return width(family) - Math.round(Math.log2(Number(size)));
}

/** `10.0.0.0/8`, `192.0.2.7`, or `192.0.2.7-192.0.2.9` where it is no prefix. */
export function formatRange(range: AddressRange): string {
  const first = formatAddress({ family: range.family, value: range.first });
  if (range.first === range.last) return first;
  const length = prefixLength(range);
  if (length !== undefined) return `${first}/${length}`;
  return `${first}-${formatAddress({ family: range.family, value: range.last })}`;
}

/** The fewest prefixes that make up a range. */
export function toPrefixes(range: AddressRange): AddressRange[] {
  if (prefixLength(range) !== undefined) return [range];
  const { family, first, last: end } = range;
  const out: AddressRange[] = [];
  for (let at = first; at <= end; ) {
    let size = at === 0n ? 1n << BigInt(width(family)) : at & -at;
    while (at + size - 1n > end) size >>= 1n;
    out.push({ family, first: at, last: at + size - 1n });
    at += size;
  }
  return out;
}

/** The fewest prefixes of a set, as texts. */
export const prefixTexts = (set: AddressSet): readonly string[] => set.flatMap(toPrefixes).map(formatRange);
export const formatSet = (set: AddressSet): string => set.map(formatRange).join(", ");
