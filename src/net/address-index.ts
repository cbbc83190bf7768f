import type { Address } from "./address.ts";
import { type AddressRange, type AddressSet, ofFamily } from "./address-set.ts";

interface Entry extends AddressRange {
  /** Of its set. */
  readonly index: number;
}

/**
 * Tells which of many sets hold an address: their indices, in no order. An interval tree of each family, laid out in
 * sorted order, where the middle of a stretch is its root. Cost: O(n log n) once, then O(log n) and what is found.
 */
export function addressIndex(sets: readonly AddressSet[]): (address: Address) => readonly number[] {
  const [ipv4, ipv6] = [tree(sets.map((set) => ofFamily(set, "ipv4"))), tree(sets.map((set) => ofFamily(set, "ipv6")))];
  return ({ family, value }) => (family === "ipv4" ? ipv4 : ipv6)(value);
}

function tree(sets: readonly AddressSet[]): (value: bigint) => readonly number[] {
  const entries = sets
    .flatMap((set, index) => set.map((range): Entry => ({ ...range, index })))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  /** Root → the last address of its stretch. */
  const furthest: bigint[] = [];
  const measure = (low: number, high: number): bigint => {
    if (low >= high) return -1n;
    const middle = (low + high) >> 1;
    const ends = [entries[middle]?.last ?? -1n, measure(low, middle), measure(middle + 1, high)];
    const end = ends.reduce((a, b) => (a > b ? a : b));
    furthest[middle] = end;
    return end;
  };
  measure(0, entries.length);
  return (value) => {
    const found: number[] = [];
    const visit = (low: number, high: number): void => {
      const middle = (low + high) >> 1;
      const entry = entries[middle];
      if (low >= high || !entry || (furthest[middle] ?? -1n) < value) return;
      visit(low, middle);
      if (entry.first > value) return;
      if (entry.last >= value) found.push(entry.index);
      visit(middle + 1, high);
    };
    visit(0, entries.length);
    return found;
  };
}
