import { createHash } from "node:crypto";
import { formatAddress } from "../net/address.ts";
import { type AddressRange, type AddressSet, formatRange } from "../net/address-set.ts";

/** One text for one meaning: keys sorted, address ranges as texts. The form of `policy.json`, too. */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replacer, indent);
}

function replacer(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return isSet(value) ? textsOf(value) : value;
  if (isRange(value)) return formatRange(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isRange = (value: object): value is AddressRange => "first" in value && typeof value.first === "bigint";

const isSet = (values: readonly unknown[]): values is AddressSet =>
  typeof values[0] === "object" && values[0] !== null && isRange(values[0]);

/** Sets may be long, and a statement's stands in several texts. */
const texts = new WeakMap<AddressSet, readonly string[]>();

function textsOf(set: AddressSet): readonly string[] {
  const known = texts.get(set) ?? set.map(formatRange);
  texts.set(set, known);
  return known;
}

/** SHA-256 of a meaning, in hex. */
export const digest = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");

/** `198.51.100.7` of the range that holds one address. */
export const firstAddress = (range: AddressRange): string =>
  formatAddress({ family: range.family, value: range.first });
