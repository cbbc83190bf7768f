import { createHash } from "node:crypto";
import { formatAddress } from "../net/address.ts";
import { type AddressRange, formatRange } from "../net/address-set.ts";

/** One text for one meaning: keys sorted, address ranges as texts. The form of `policy.json`, too. */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replacer, indent);
}

function replacer(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (isRange(value)) return formatRange(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isRange = (value: object): value is AddressRange => "first" in value && typeof value.first === "bigint";

/** SHA-256 of a meaning, in hex. */
export const digest = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");

/** `198.51.100.7` of the range that holds one address. */
export const firstAddress = (range: AddressRange): string =>
  formatAddress({ family: range.family, value: range.first });
