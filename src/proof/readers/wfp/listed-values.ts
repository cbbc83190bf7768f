import type { Addresses } from "../../address-classes.ts";
import type { Range } from "../../packets/layout.ts";
import { AddressList, addressOf } from "../nft/addresses.ts";
import type { ListedCondition } from "./listing.ts";

type IpFamily = "ipv4" | "ipv6";

/** The numbers below a limit that a condition asks for. Undefined: it is not understood. */
export function numbersOf({ match, value }: ListedCondition, most: bigint): readonly Range[] | undefined {
  const number = (text: string): bigint | undefined => {
    const parsed = /^(0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : undefined;
    return parsed !== undefined && parsed <= most ? parsed : undefined;
  };
  if (match === "RANGE" && value.kind === "range") return between(number(value.low), number(value.high));
  return value.kind === "text" ? compared(match, number(value.text), most) : undefined;
}

/** The addresses of a family that a condition asks for. Undefined: it is not understood. */
export function addressesOf({ match, value }: ListedCondition, family: IpFamily): Addresses | undefined {
  const most = family === "ipv4" ? 0xffff_ffffn : (1n << 128n) - 1n;
  if (match === "RANGE" && value.kind === "range")
    return between(addressOf(family, value.low), addressOf(family, value.high));
  if (value.kind === "text") return compared(match, addressOf(family, value.text), most);
  if (value.kind !== "masked" || (match !== "EQUAL" && match !== "NOT_EQUAL")) return undefined;
  const length = family === "ipv4" ? lengthOf(value.mask) : Number(value.mask || Number.NaN);
  const list = new AddressList(family);
  const text = `${value.address}/${length}`;
  if (list.add(text, 0, text.length) !== undefined) return undefined;
  const prefix = list.finish();
  return match === "EQUAL" ? prefix : prefix && without(prefix, most);
}

function compared(match: string, value: bigint | undefined, most: bigint): readonly Range[] | undefined {
  if (value === undefined) return undefined;
  switch (match) {
    case "EQUAL":
      return [{ first: value, last: value }];
    case "NOT_EQUAL":
      return without([{ first: value, last: value }], most);
    case "GREATER_OR_EQUAL":
      return [{ first: value, last: most }];
    case "LESS_OR_EQUAL":
      return [{ first: 0n, last: value }];
    case "GREATER":
      return value === most ? [] : [{ first: value + 1n, last: most }];
    case "LESS":
      return value === 0n ? [] : [{ first: 0n, last: value - 1n }];
    default:
      return undefined;
  }
}

const between = (first: bigint | undefined, last: bigint | undefined): readonly Range[] | undefined =>
  first !== undefined && last !== undefined && first <= last ? [{ first, last }] : undefined;

const without = ([hole]: readonly Range[], most: bigint): readonly Range[] =>
  hole
    ? [
        ...(hole.first > 0n ? [{ first: 0n, last: hole.first - 1n }] : []),
        ...(hole.last < most ? [{ first: hole.last + 1n, last: most }] : []),
      ]
    : [];

/** 255.255.0.0 is 16; anything but ones and then zeros is no length. */
function lengthOf(mask: string): number {
  const bits = addressOf("ipv4", mask)?.toString(2).padStart(32, "0") ?? "";
  return /^1*0*$/.test(bits) && bits !== "" ? bits.replaceAll("0", "").length : Number.NaN;
}
