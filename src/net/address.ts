export type Family = "ipv4" | "ipv6";
export const families = ["ipv4", "ipv6"] as const;

export interface Address {
  readonly family: Family;
  /** 32 or 128 bits, most significant first on the wire. */
  readonly value: bigint;
}

export const width = (family: Family): 32 | 128 => (family === "ipv4" ? 32 : 128);
/** The highest address of a family. */
export const last = (family: Family): bigint => (1n << BigInt(width(family))) - 1n;

/** Reads one IPv4 (dotted, four decimal parts without leading zeros) or IPv6 address (RFC 4291 2.2, no zone). */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { family: "ipv6", value };
  }
  const value = parseIpv4(text);
  return value === undefined ? undefined : { family: "ipv4", value: BigInt(value) };
}

/** A leading zero is refused: some readers take `010` as octal (CVE-2021-28918 and its kin). */
function parseIpv4(text: string): number | undefined {
  let value = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (digits === 0) return undefined;
      value = value * 256 + part;
      part = 0;
      digits = 0;
      parts++;
    } else if (c >= 48 && c <= 57) {
      if (digits > 0 && part === 0) return undefined;
      part = part * 10 + (c - 48);
      digits++;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return parts === 4 && digits > 0 ? value * 256 + part : undefined;
}

/** The eight groups of an IPv6 address: a number of 128 bits is made in one step, and not in eight. */
const bits = new DataView(new ArrayBuffer(16));

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  const [before = "", after] = halves;
  if (halves.length > 2) return undefined;
  const head = putGroups(before, 0, after === undefined);
  if (head < 0) return undefined;
  const tail = after === undefined ? 0 : putGroups(after, head, true);
  if (tail < 0) return undefined;
  const missing = 8 - head - tail;
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  for (let i = 7; i >= head && missing > 0; i--)
    bits.setUint16(2 * i, i < 8 - tail ? 0 : bits.getUint16(2 * (i - missing)));
  return (bits.getBigUint64(0) << 64n) | bits.getBigUint64(8);
}

/**
 * Writes 16-bit groups from place `at` on, and gives their number; -1 where they are none, or too many. A dotted IPv4 tail
 * counts as two, and stands at the end of an address alone.
 */
function putGroups(text: string, at: number, isEnd: boolean): number {
  if (text === "") return 0;
  const words = text.split(":");
  let count = 0;
  for (const [i, word] of words.entries()) {
    if (at + count > 7) return -1;
    if (/^[0-9a-fA-F]{1,4}$/.test(word)) bits.setUint16(2 * (at + count++), Number.parseInt(word, 16));
    else {
      const v4 = isEnd && i === words.length - 1 && word.includes(".") ? parseIpv4(word) : undefined;
      if (v4 === undefined || at + count > 6) return -1;
      bits.setUint32(2 * (at + count), v4);
      count += 2;
    }
  }
  return count;
}

/** The canonical text: dotted, or RFC 5952 (lower case, longest run of zeros shortened). */
export function formatAddress({ family, value }: Address): string {
  if (family === "ipv4") {
    const v = Number(value);
    return `${v >>> 24}.${(v >>> 16) & 255}.${(v >>> 8) & 255}.${v & 255}`;
  }
  bits.setBigUint64(0, value >> 64n);
  bits.setBigUint64(8, value);
  const groups = groupNumbers.map((group) => bits.getUint16(2 * group));
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((g) => g.toString(16)).join(":");
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

const groupNumbers = [0, 1, 2, 3, 4, 5, 6, 7];

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
  }
  return best;
}
