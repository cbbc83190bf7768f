import { BudgetExceeded } from "./packets/diagrams.ts";
import type { Range } from "./packets/layout.ts";

/** Addresses of one family: sorted and disjoint. */
export type Addresses = readonly Range[];

/** So many bits has the code of an address: the codes of a class among a million can still be halved forty times. */
export const codeBits = 64;
const highestCode = (1n << BigInt(codeBits)) - 1n;

/**
 * All addresses of one family. Two are of one class where every set asked for so far has both or neither, and packet sets
 * hold classes: a list of 100,000 prefixes that one rule names is one class.
 *
 * A class has a range of codes. A set that cuts a class cuts its range, so whatever was said of the class stays said of both
 * parts. Addresses are cut into segments where a set begins or ends. Cost: n log n in the segments, once, and for each set
 * linear in those that it has, or in those that it has not where they are fewer.
 */
export class AddressClasses {
  /** The last address of each segment, in ascending order, and its class. Neighbours may be of one class. */
  #lasts: bigint[];
  #classes: number[];
  /** Of each class: how many segments it has, and its codes. */
  readonly #sizes: number[];
  readonly #codes: Range[];
  /** Long sets by themselves, short ones by what they hold: those are made again and again. */
  readonly #known = new Map<Addresses | string, readonly Range[]>();

  constructor(highest: bigint, sets: Iterable<Addresses>) {
    const groups = alike(sets);
    const distinct = groups.flatMap(([first]) => (first ? [first] : []));
    this.#lasts = merged([...distinct.map(ends), [highest]]);
    this.#classes = new Array<number>(this.#lasts.length).fill(0);
    this.#sizes = [this.#lasts.length];
    const choices = distinct.map((set) => this.#choose(set));
    for (const { segments } of choices) this.#separate(segments);
    this.#codes = sharedOut(this.#classes, this.#sizes.length);
    for (const [i, choice] of choices.entries()) {
      const codes = this.#codesIn(choice);
      for (const set of groups[i] ?? []) this.#known.set(keyOf(set), codes);
    }
  }

  /** The codes of the addresses of a set, sorted and disjoint. */
  codesOf(set: Addresses): readonly Range[] {
    const key = keyOf(set);
    const known = this.#known.get(key);
    if (known) return known;
    this.#cut(set);
    const choice = this.#choose(set);
    for (const [whole, part] of this.#separate(choice.segments)) this.#halve(whole, part);
    const codes = this.#codesIn(choice);
    this.#known.set(key, codes);
    return codes;
  }

  codeOf(address: bigint): bigint {
    return (this.#codes[this.#classes[this.#segmentOf(address)] as number] as Range).first;
  }

  /** The lowest address of the class that a code belongs to. */
  addressOf(code: bigint): bigint {
    const found = this.#codes.findIndex(({ first, last }) => first <= code && code <= last);
    return this.#first(this.#classes.indexOf(found));
  }

  /** The addresses whose codes are chosen, from low to high, neighbours together. */
  *rangesWhere(isChosen: (code: bigint) => boolean): Generator<Range> {
    const chosen = this.#codes.map(({ first }) => isChosen(first));
    let first: bigint | undefined;
    for (const [segment, end] of this.#lasts.entries()) {
      if (!chosen[this.#classes[segment] as number]) continue;
      first ??= this.#first(segment);
      if (chosen[this.#classes[segment + 1] ?? -1]) continue;
      yield { first, last: end };
      first = undefined;
    }
  }

  /** Makes segments end where the set begins and ends. */
  #cut(set: Addresses): void {
    const missing = ends(set).filter((end) => this.#lasts[this.#segmentOf(end)] !== end);
    const classOf = (end: bigint): number => this.#classes[this.#segmentOf(end)] as number;
    for (const end of missing) this.#sizes[classOf(end)] = (this.#sizes[classOf(end)] as number) + 1;
    if (missing.length > 100) {
      const lasts = [...this.#lasts, ...missing].sort(ascending);
      this.#classes = lasts.map(classOf);
      this.#lasts = lasts;
    } else
      for (const end of missing) {
        const at = this.#segmentOf(end);
        this.#classes.splice(at, 0, this.#classes[at] as number);
        this.#lasts.splice(at, 0, end);
      }
  }

  #choose(set: Addresses): Choice {
    const total = this.#lasts.length;
    /** Where each stretch of segments begins, and where it has ended. */
    const bounds: number[] = [];
    let [next, count] = [0, 0];
    for (const { first, last } of set) {
      const from = this.#segmentOf(first, next);
      next = this.#segmentOf(last, from) + 1;
      bounds.push(from, next);
      count += next - from;
    }
    const areOutside = 2 * count > total;
    const chosen = areOutside ? [0, ...bounds, total] : bounds;
    const segments: number[] = [];
    for (let i = 0; i < chosen.length; i += 2)
      for (let at = chosen[i] as number; at < (chosen[i + 1] as number); at++) segments.push(at);
    return { segments, areOutside };
  }

  #codesIn({ segments, areOutside }: Choice): readonly Range[] {
    const classes = new Set(segments.map((segment) => this.#classes[segment] as number));
    const codes = joined([...classes].map((each) => this.#codes[each] as Range));
    return areOutside ? gapsOf(codes) : codes;
  }

  /** Gives segments a class of their own where they are only a part of one: the whole, and the part. */
  #separate(segments: readonly number[]): readonly (readonly [number, number])[] {
    const counts = new Map<number, number>();
    for (const segment of segments) {
      const of = this.#classes[segment] as number;
      counts.set(of, (counts.get(of) ?? 0) + 1);
    }
    const parts = new Map<number, number>();
    for (const [whole, count] of counts) {
      const size = this.#sizes[whole] as number;
      if (count === size) continue;
      parts.set(whole, this.#sizes.push(count) - 1);
      this.#sizes[whole] = size - count;
    }
    if (parts.size > 0)
      for (const segment of segments) {
        const of = this.#classes[segment] as number;
        this.#classes[segment] = parts.get(of) ?? of;
      }
    return [...parts];
  }

  #halve(whole: number, part: number): void {
    const { first, last } = this.#codes[whole] as Range;
    if (first === last) throw new BudgetExceeded(codeBits);
    const middle = (first + last) >> 1n;
    this.#codes[whole] = { first, last: middle };
    this.#codes[part] = { first: middle + 1n, last };
  }

  #first(segment: number): bigint {
    return segment === 0 ? 0n : (this.#lasts[segment - 1] as bigint) + 1n;
  }

  /** Searched in growing steps from where it may be soon, then by halves. */
  #segmentOf(address: bigint, from = 0): number {
    const highest = this.#lasts.length - 1;
    let low = from;
    let high = from;
    for (let step = 1; high < highest && (this.#lasts[high] as bigint) < address; step *= 2) {
      low = high + 1;
      high = Math.min(highest, high + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lasts[middle] as bigint) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The segments of a set that cuts none, or those outside it where they are fewer. */
interface Choice {
  readonly segments: readonly number[];
  readonly areOutside: boolean;
}

/** Sets of the same addresses, together: a plan and the files for it have each their own. */
function alike(sets: Iterable<Addresses>): readonly (readonly Addresses[])[] {
  const found = new Map<string, Addresses[][]>();
  for (const set of new Set(sets)) {
    const key = `${set.length} ${set[0]?.first} ${set.at(-1)?.last}`;
    const groups = found.get(key) ?? [];
    found.set(key, groups);
    const group = groups.find(([one]) => one && areSame(one, set));
    if (group) group.push(set);
    else groups.push([set]);
  }
  return [...found.values()].flat();
}

const areSame = (a: Addresses, b: Addresses): boolean =>
  a.every(({ first, last }, i) => first === b[i]?.first && last === b[i].last);

const keyOf = (set: Addresses): Addresses | string =>
  set.length > 8 ? set : set.map(({ first, last }) => `${first}-${last}`).join();

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Where segments must end so that the set cuts none, in ascending order. */
function ends(set: Addresses): readonly bigint[] {
  const all: bigint[] = [];
  let before = -1n;
  for (const { first, last } of set) {
    if (first <= before || last < first) throw new Error("addresses are not sorted and disjoint");
    const end = first - 1n;
    if (end !== before) all.push(end);
    all.push(last);
    before = last;
  }
  return all;
}

/** Of lists in ascending order, each value once: the short ones first, by halves. Bigger than a sort, and several times as fast. */
function merged(lists: readonly (readonly bigint[])[]): bigint[] {
  let all = lists.toSorted((a, b) => a.length - b.length);
  while (all.length > 1)
    all = Array.from({ length: (all.length + 1) >> 1 }, (_, i) => merge(all[2 * i], all[2 * i + 1]));
  return [...(all[0] ?? [])];
}

function merge(a: readonly bigint[] = [], b: readonly bigint[] = []): readonly bigint[] {
  const all: bigint[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i] as bigint, b[j] as bigint];
    if (x <= y) i++;
    if (y <= x) j++;
    all.push(x < y ? x : y);
  }
  for (; i < a.length; i++) all.push(a[i] as bigint);
  for (; j < b.length; j++) all.push(b[j] as bigint);
  return all;
}

/** All codes, in the order of addresses: so the classes of a wide set are few ranges of codes. */
function sharedOut(classes: readonly number[], count: number): Range[] {
  const step = BigInt(codeBits - (count - 1).toString(2).length);
  const codes = new Array<Range>(count);
  for (const [place, of] of [...new Set(classes)].entries()) {
    const last = place === count - 1 ? highestCode : (BigInt(place + 1) << step) - 1n;
    codes[of] = { first: BigInt(place) << step, last };
  }
  return codes;
}

/** Sorted, neighbours together. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const all: Range[] = [];
  for (const range of ranges.toSorted((a, b) => ascending(a.first, b.first))) {
    const before = all.at(-1);
    if (before && before.last + 1n === range.first) all[all.length - 1] = { first: before.first, last: range.last };
    else all.push(range);
  }
  return all;
}

/** The codes that sorted ranges leave out. */
function gapsOf(ranges: readonly Range[]): readonly Range[] {
  const gaps = [...ranges, { first: highestCode + 1n, last: highestCode }].map(({ first }, i) => ({
    first: i === 0 ? 0n : (ranges[i - 1] as Range).last + 1n,
    last: first - 1n,
  }));
  return gaps.filter(({ first, last }) => first <= last);
}
