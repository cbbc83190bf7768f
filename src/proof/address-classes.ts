import { AddressColumn } from "./address-column.ts";
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
  readonly #highest: bigint;
  /** The last address of each segment, and its class. Neighbours may be of one class. */
  #lasts: AddressColumn;
  #classes: Uint32Array;
  /** Of each class: how many segments it has, and its codes. */
  readonly #sizes: number[];
  readonly #codes: Range[];
  /** Long sets by themselves, short ones by what they hold: those are made again and again. */
  readonly #known = new Map<Addresses | string, readonly Range[]>();

  constructor(highest: bigint, sets: Iterable<Addresses>) {
    this.#highest = highest;
    const groups = alike([...new Set(sets)].map((set) => this.#read(set)));
    this.#lasts = AddressColumn.merged([...groups.map(({ bounds }) => bounds), AddressColumn.of(highest, highest)]);
    this.#classes = new Uint32Array(this.#lasts.length);
    this.#sizes = [this.#lasts.length];
    const choices = groups.map((group) => this.#choose(group));
    for (const { stretches } of choices) this.#separate(stretches);
    this.#codes = sharedOut(this.#classes, this.#sizes.length);
    for (const [i, choice] of choices.entries()) {
      const codes = this.#codesIn(choice);
      for (const set of groups[i]?.sets ?? []) this.#known.set(keyOf(set), codes);
    }
  }

  /** The codes of the addresses of a set, sorted and disjoint. */
  codesOf(set: Addresses): readonly Range[] {
    const key = keyOf(set);
    const known = this.#known.get(key);
    if (known) return known;
    const read = this.#read(set);
    this.#cut(read.bounds);
    const choice = this.#choose(read);
    for (const [whole, part] of this.#separate(choice.stretches)) this.#halve(whole, part);
    const codes = this.#codesIn(choice);
    this.#known.set(key, codes);
    return codes;
  }

  codeOf(address: bigint): bigint {
    const segment = this.#lasts.placeOf(AddressColumn.of(address, this.#highest), 0);
    return (this.#codes[this.#classes[segment] as number] as Range).first;
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
    for (const [segment, of] of this.#classes.entries()) {
      if (!chosen[of]) continue;
      first ??= this.#first(segment);
      if (chosen[this.#classes[segment + 1] ?? -1]) continue;
      yield { first, last: this.#lasts.at(segment) };
      first = undefined;
    }
  }

  #read(set: Addresses): Bounded {
    return { sets: [set], hasZero: set[0]?.first === 0n, bounds: AddressColumn.boundsOf(set, this.#highest) };
  }

  /** Makes segments end where a set begins and ends. */
  #cut(bounds: AddressColumn): void {
    const [before, classes] = [this.#lasts, this.#classes];
    this.#lasts = AddressColumn.merged([before, bounds]);
    if (this.#lasts.length === before.length) return;
    this.#classes = new Uint32Array(this.#lasts.length);
    let [done, added, at] = [0, 0, 0];
    for (let i = 0; i < bounds.length; i++) {
      at = before.placeOf(bounds, i, at);
      if (before.isAt(at, bounds, i)) continue;
      const of = classes[at] as number;
      this.#sizes[of] = (this.#sizes[of] as number) + 1;
      this.#classes.set(classes.subarray(done, at), done + added);
      this.#classes[at + added++] = of;
      done = at;
    }
    this.#classes.set(classes.subarray(done), done + added);
  }

  /** What a set has of segments, when it cuts none. */
  #choose({ hasZero, bounds }: Bounded): Choice {
    const total = this.#lasts.length;
    const stretches = hasZero ? [0] : [];
    let [at, count] = [0, 0];
    for (let i = 0; i < bounds.length; i++) {
      at = this.#lasts.placeOf(bounds, i, at) + 1;
      if (stretches.length % 2 === 1) count += at - (stretches.at(-1) as number);
      stretches.push(at);
    }
    const areOutside = 2 * count > total;
    return { stretches: areOutside ? [0, ...stretches, total] : stretches, areOutside };
  }

  #codesIn({ stretches, areOutside }: Choice): readonly Range[] {
    const classes = new Set<number>();
    for (const segment of segmentsIn(stretches)) classes.add(this.#classes[segment] as number);
    const codes = joined([...classes].map((each) => this.#codes[each] as Range));
    return areOutside ? gapsOf(codes) : codes;
  }

  /** Gives segments a class of their own where they are only a part of one: the whole, and the part. */
  #separate(stretches: Choice["stretches"]): readonly (readonly [number, number])[] {
    const counts = new Map<number, number>();
    for (const segment of segmentsIn(stretches)) {
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
      for (const segment of segmentsIn(stretches)) {
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
    return segment === 0 ? 0n : this.#lasts.at(segment - 1) + 1n;
  }
}

/** Sets of the same addresses, and where they begin and end. */
interface Bounded {
  readonly sets: readonly Addresses[];
  readonly hasZero: boolean;
  readonly bounds: AddressColumn;
}

/** The segments that a set has, or those that it has not where they are fewer. */
interface Choice {
  /** The first segment of a stretch and the one after its last, in turn. */
  readonly stretches: readonly number[];
  readonly areOutside: boolean;
}

function* segmentsIn(stretches: Choice["stretches"]): Generator<number> {
  for (let i = 0; i < stretches.length; i += 2)
    for (let at = stretches[i] as number; at < (stretches[i + 1] as number); at++) yield at;
}

/** Sets of the same addresses, together: a plan and the files for it have each their own. */
function alike(all: readonly Bounded[]): readonly Bounded[] {
  const found = new Map<string, Bounded[]>();
  for (const one of all) {
    const key = `${one.hasZero} ${one.bounds.outline()}`;
    const others = found.get(key) ?? [];
    const at = others.findIndex(({ bounds }) => bounds.isSame(one.bounds));
    found.set(key, others);
    if (at < 0) others.push(one);
    else others[at] = { ...one, sets: [...(others[at]?.sets ?? []), ...one.sets] };
  }
  return [...found.values()].flat();
}

const keyOf = (set: Addresses): Addresses | string =>
  set.length > 8 ? set : set.map(({ first, last }) => `${first}-${last}`).join();

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** All codes, in the order of addresses: so the classes of a wide set are few ranges of codes. */
function sharedOut(classes: Uint32Array, count: number): Range[] {
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
