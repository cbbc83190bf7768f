import type { AddressMatch } from "../../ir/ruleset.ts";
import type { Family } from "../../net/address.ts";
import { type AddressSet, prefixTexts } from "../../net/address-set.ts";
import { partOf } from "../linux/overlap.ts";
import { longestSetName, setName } from "./names.ts";

/** Longer lists are sets: a rule is asked in turn, a set all at once. */
export const mostInline = 8;

export interface NamedSet {
  readonly name: string;
  readonly family: "inet" | "inet6";
  /** Prefixes: sets of IPv6 know no ranges. */
  readonly elements: readonly string[];
  /** The kernel's own limit, unless there are more. */
  readonly most: number;
  /** Elements end by themselves. */
  readonly isTimed?: true;
  /** The runtime changes it while it is loaded. */
  readonly isRefreshed?: true;
}

const extensions = { ipv4: "v4", ipv6: "v6" } as const;

/** `elements` as ipset reads them. */
export const setOf = (name: string, family: Family, elements: readonly string[]): NamedSet => ({
  name,
  family: family === "ipv4" ? "inet" : "inet6",
  elements,
  most: Math.max(65_536, elements.length),
});

/** The sets of both families; all states share them. */
export class Sets {
  readonly #sets = new Map<string, NamedSet>();
  readonly #names = new WeakMap<AddressSet, string>();

  /** Undefined: short enough to be written out. `owner` names a set that has no name of its own. */
  reference(ranges: AddressSet, family: Family, table: string | undefined, owner: string): string | undefined {
    if (ranges.length <= mostInline) return undefined;
    const known = this.#names.get(ranges);
    if (known !== undefined) return known;
    const elements = prefixTexts(ranges);
    const name = setName(`${table ?? owner}_${extensions[family]}`, elements);
    this.#sets.set(name, setOf(name, family, elements));
    this.#names.set(ranges, name);
    return name;
  }

  /** One that is refreshed while it is loaded keeps its name, whatever it holds. */
  refreshed({ set, table = "" }: AddressMatch, family: Family): string {
    const name = `ksp_${table}_${extensions[family]}`;
    if (name.length > longestSetName) throw new Error(`${name} is too long for a set`);
    this.#sets.set(name, { ...setOf(name, family, prefixTexts(partOf(set, family))), isRefreshed: true });
    return name;
  }

  all(): readonly NamedSet[] {
    return [...this.#sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
