import type { Addresses } from "../../address-classes.ts";
import type { IpFamily } from "./program.ts";

/** A list of addresses, as 32-bit limbs while it is read: that takes a third of the time. */
export class AddressList {
  readonly #limbs: 1 | 4;
  #firsts: Uint32Array;
  #lasts: Uint32Array;
  #count = 0;
  #isSorted = true;

  constructor(family: IpFamily, capacity = 8) {
    this.#limbs = family === "ipv4" ? 1 : 4;
    this.#firsts = new Uint32Array(capacity * this.#limbs);
    this.#lasts = new Uint32Array(capacity * this.#limbs);
  }

  /** An address, a prefix, a range: `text` from `start` to before `end`. What is wrong with it, or undefined. */
  add(text: string, start: number, end: number): string | undefined {
    const limbs = this.#limbs;
    const at = this.#count * limbs;
    if (at === this.#firsts.length) {
      this.#firsts = grown(this.#firsts);
      this.#lasts = grown(this.#lasts);
    }
    const [firsts, lasts] = [this.#firsts, this.#lasts];
    let stop = start;
    while (stop < end && text.charCodeAt(stop) !== slash && text.charCodeAt(stop) !== dash) stop++;
    const read = limbs === 1 ? readIpv4 : readIpv6;
    if (!read(text, start, stop, firsts, at)) return "no address of that family";
    if (stop === end) for (let i = 0; i < limbs; i++) lasts[at + i] = firsts[at + i] as number;
    else if (text.charCodeAt(stop) === dash) {
      if (!read(text, stop + 1, end, lasts, at)) return "no address of that family";
      if (compare(firsts, at, lasts, at, limbs) > 0) return "a range that goes down";
    } else {
      const length = readNumber(text, stop + 1, end);
      if (length < 0 || length > 32 * limbs) return "no length of a prefix";
      for (let i = 0; i < limbs; i++) {
        const fixed = Math.min(32, Math.max(0, length - 32 * i));
        const host = fixed === 0 ? 0xffffffff : (2 ** (32 - fixed) - 1) >>> 0;
        if (((firsts[at + i] as number) & host) !== 0) return "bits of a host in a prefix";
        lasts[at + i] = ((firsts[at + i] as number) | host) >>> 0;
      }
    }
    if (at > 0 && compare(lasts, at - limbs, firsts, at, limbs) >= 0) this.#isSorted = false;
    this.#count++;
    return undefined;
  }

  /** Undefined where some overlap, which the kernel does not load. */
  finish(): Addresses | undefined {
    const ranges = Array.from({ length: this.#count }, (_, i) => ({
      first: this.#value(this.#firsts, i),
      last: this.#value(this.#lasts, i),
    }));
    return this.#isSorted ? ranges : sorted(ranges);
  }

  #value(limbs: Uint32Array, index: number): bigint {
    if (this.#limbs === 1) return BigInt(limbs[index] as number);
    const at = 4 * index;
    const word = (limb: number): bigint =>
      (BigInt(limbs[at + limb] as number) << 32n) | BigInt(limbs[at + limb + 1] as number);
    return (word(0) << 64n) | word(2);
  }
}

/** In ascending order; undefined where two overlap. */
function sorted(ranges: Addresses): Addresses | undefined {
  const all = ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  return all.every(({ first }, i) => i === 0 || (all[i - 1]?.last ?? 0n) < first) ? all : undefined;
}

/** Both, where they do not overlap. */
export const joined = (a: Addresses, b: Addresses): Addresses | undefined => sorted([...a, ...b]);

/** One address as a number. */
export function addressOf(family: IpFamily, text: string): bigint | undefined {
  const limbs = new Uint32Array(family === "ipv4" ? 1 : 4);
  if (!(family === "ipv4" ? readIpv4 : readIpv6)(text, 0, text.length, limbs, 0)) return undefined;
  return limbs.reduce((sum, limb) => (sum << 32n) | BigInt(limb), 0n);
}

const [dot, slash, dash, colon] = [0x2e, 0x2f, 0x2d, 0x3a];

/** -1: no number without a leading zero. */
function readNumber(text: string, start: number, end: number): number {
  if (start === end || end - start > 3 || (text.charCodeAt(start) === 0x30 && end - start > 1)) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
  }
  return value;
}

function readIpv4(text: string, start: number, end: number, to: Uint32Array, at: number): boolean {
  let value = 0;
  let from = start;
  for (let part = 0; part < 4; part++) {
    let stop = from;
    while (stop < end && text.charCodeAt(stop) !== dot) stop++;
    const byte = readNumber(text, from, stop);
    if (byte < 0 || byte > 255 || (part < 3 && stop === end)) return false;
    value = value * 256 + byte;
    from = stop + 1;
  }
  to[at] = value;
  return from === end + 1;
}

const groups = new Uint16Array(8);

function readIpv6(text: string, start: number, end: number, to: Uint32Array, at: number): boolean {
  let count = 0;
  let gap = -1;
  let from = start;
  if (text.charCodeAt(from) === colon) {
    if (text.charCodeAt(from + 1) !== colon || end - start < 2) return false;
    gap = 0;
    from += 2;
  }
  while (from < end) {
    let stop = from;
    let value = 0;
    for (; stop < end; stop++) {
      const digit = hexOf(text.charCodeAt(stop));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (stop < end && text.charCodeAt(stop) === dot) {
      if (count > 6 || !readIpv4(text, from, end, embedded, 0)) return false;
      groups[count++] = (embedded[0] as number) >>> 16;
      groups[count++] = (embedded[0] as number) & 0xffff;
      break;
    }
    if (stop === from || stop - from > 4 || count === 8) return false;
    groups[count++] = value;
    if (stop === end) break;
    if (text.charCodeAt(stop) !== colon) return false;
    from = stop + 1;
    if (text.charCodeAt(from) === colon && from < end) {
      if (gap >= 0) return false;
      gap = count;
      from++;
    } else if (from === end) return false;
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  const missing = 8 - count;
  const group = (i: number): number =>
    gap < 0 || i < gap ? (groups[i] as number) : i < gap + missing ? 0 : (groups[i - missing] as number);
  for (let i = 0; i < 4; i++) to[at + i] = ((group(2 * i) << 16) | group(2 * i + 1)) >>> 0;
  return true;
}

const embedded = new Uint32Array(1);

function hexOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function compare(a: Uint32Array, atA: number, b: Uint32Array, atB: number, limbs: number): number {
  for (let i = 0; i < limbs; i++) {
    const difference = (a[atA + i] as number) - (b[atB + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
