import type { Family } from "../../net/address.ts";
import { type AddressSet, formatRange, toPrefixes } from "../../net/address-set.ts";
import { setName } from "./names.ts";

/** Longer lists are sets: a rule is asked in turn, a set all at once. */
export const mostInline = 8;

export interface NamedSet {
  readonly name: string;
  readonly family: "inet" | "inet6";
  /** Prefixes: sets of IPv6 know no ranges. */
  readonly elements: readonly string[];
  /** The kernel's own limit, unless there are more. */
  readonly most: number;
}

/** The sets of both families; all states share them. */
export class Sets {
  readonly #sets = new Map<string, NamedSet>();
  readonly #names = new WeakMap<AddressSet, string>();

  /** Undefined: short enough to be written out. `owner` names a set that has no name of its own. */
  reference(ranges: AddressSet, family: Family, table: string | undefined, owner: string): string | undefined {
    if (ranges.length <= mostInline) return undefined;
    const known = this.#names.get(ranges);
    if (known !== undefined) return known;
    const elements = ranges.flatMap(toPrefixes).map(formatRange);
    const name = setName(`${table ?? owner}_${family === "ipv4" ? "v4" : "v6"}`, elements);
    const most = Math.max(65_536, elements.length);
    this.#sets.set(name, { name, family: family === "ipv4" ? "inet" : "inet6", elements, most });
    this.#names.set(ranges, name);
    return name;
  }

  all(): readonly NamedSet[] {
    return [...this.#sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
