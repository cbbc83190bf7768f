import type { Json } from "../readers/nft/json.ts";

/** Of what a mark is made: bits of the old one that are kept, bits that are flipped then, and bits that may be any. */
export interface MarkBits {
  readonly keep: number;
  readonly flip: number;
  readonly any: number;
}

/** `ct mark`, or `meta mark`, as it is. */
export const isMarkOf = (of: "meta" | "ct", set: Json): boolean => set.get(of)?.get("key")?.value === "mark";

const all = 0xffffffff;

/** `5`, `mark & 1 | 2`, `mark ^ 1`, the other mark, a number of a generator or of a map; undefined: whatever else there may be. */
export function markBits(set: Json, of: "meta" | "ct"): MarkBits | undefined {
  if (typeof set.value === "number") return { keep: 0, flip: set.value, any: 0 };
  if (isMarkOf(of, set)) return { keep: all, flip: 0, any: 0 };
  const [kind = "", ...more] = set.keys;
  const value = set.get(kind);
  if (!value || more.length > 0) return undefined;
  switch (kind) {
    case "meta":
    case "ct":
      return isMarkOf(kind, set) ? { keep: 0, flip: 0, any: all } : undefined;
    case "numgen":
    case "jhash":
    case "symhash": {
      const [mod, offset] = [value.get("mod")?.value, value.get("offset")?.value ?? 0];
      if (typeof mod !== "number" || typeof offset !== "number") return undefined;
      return { keep: 0, flip: 0, any: upTo(offset + mod - 1) };
    }
    case "map": {
      const pairs = value.get("data")?.get("set")?.array();
      const marks = pairs?.map((pair) => pair.array()[1]?.value);
      if (!marks?.every((mark) => typeof mark === "number")) return undefined;
      return { keep: 0, flip: 0, any: marks.reduce((sum, mark) => (sum | mark) >>> 0, 0) };
    }
    case "&":
    case "|":
    case "^": {
      const parts = value.array().map((part) => markBits(part, of));
      return parts.reduce((a, b) => a && b && combined(kind, a, b));
    }
    default:
      return undefined;
  }
}

/** Every number up to this one has no other bits. */
const upTo = (last: number): number => (last <= 0 ? 0 : all >>> Math.clz32(last));

const isNumber = ({ keep, any }: MarkBits): boolean => keep === 0 && any === 0;
const bitsIn = ({ keep, flip, any }: MarkBits): number => (keep | flip | any) >>> 0;

function combined(op: "&" | "|" | "^", a: MarkBits, b: MarkBits): MarkBits {
  if (isNumber(a) && !isNumber(b)) return combined(op, b, a);
  const cut = ({ keep, flip, any }: MarkBits, to: number): MarkBits => ({
    keep: (keep & to) >>> 0,
    flip: (flip & to) >>> 0,
    any: (any & to) >>> 0,
  });
  const sum = (one: MarkBits, other: MarkBits): MarkBits => ({
    keep: (one.keep | other.keep) >>> 0,
    flip: (one.flip | other.flip) >>> 0,
    any: (one.any | other.any) >>> 0,
  });
  const set = b.flip;
  if (isNumber(b) && op === "&") return cut(a, set);
  if (isNumber(b) && op === "|") return sum(cut(a, ~set), b);
  if (isNumber(b)) return { ...a, flip: (a.flip ^ set) >>> 0 };
  // Where one has no bit the other's counts; where both may have one nobody knows.
  const both = (bitsIn(a) & bitsIn(b)) >>> 0;
  const doubt: MarkBits = { keep: 0, flip: 0, any: both };
  return op === "&" ? doubt : sum(sum(cut(a, ~both), cut(b, ~both)), doubt);
}
