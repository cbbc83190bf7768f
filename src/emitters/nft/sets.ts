import type { Family } from "../../net/address.ts";
import { type AddressSet, formatRange } from "../../net/address-set.ts";

/** Longer sets stand once at the top of the file, one element a line: they load faster sorted, and one more prefix is one more line. */
export const mostInline = 8;

interface NamedSet {
  readonly name: string;
  readonly type: "ipv4_addr" | "ipv6_addr";
  readonly elements: readonly string[];
}

/** A set that the runtime fills has no elements yet, and nft no word for none. */
export interface SetView {
  readonly name: string;
  readonly type: string;
  readonly filled: readonly { readonly elements: readonly string[] }[];
}

export const setView = ({ name, type, elements }: NamedSet): SetView => ({
  name,
  type,
  filled: elements.length > 0 ? [{ elements }] : [],
});

/** The named sets of a file; all states share them. */
export class Sets {
  readonly #last = new Set<Family>();
  readonly #sets = new Map<string, { readonly set: NamedSet; readonly ranges: AddressSet }>();

  /** `@name` where the set is a list or long, else undefined. `owner` names a set that has no name of its own; its second one is numbered. */
  reference(ranges: AddressSet, family: Family, table: string | undefined, owner: string): string | undefined {
    if (table === undefined && ranges.length <= mostInline) return undefined;
    const base = `${table ?? owner}_${family}`;
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base}_${n}`;
      const known = this.#sets.get(name);
      if (!known) {
        const type = family === "ipv4" ? "ipv4_addr" : "ipv6_addr";
        this.#sets.set(name, { set: { name, type, elements: elementsOf(ranges) }, ranges });
      }
      if (!known || isSame(known.ranges, ranges)) return `@${name}`;
    }
  }

  /** A set with every address, behind all others: the kernel fills sets one after the other, so none is empty once it is not. */
  last(family: Family): string {
    this.#last.add(family);
    return `@filled_last_${family}`;
  }

  all(): readonly NamedSet[] {
    const named = [...this.#sets.values()].map(({ set }) => set).sort((a, b) => (a.name < b.name ? -1 : 1));
    const last = [...this.#last].sort().map((family): NamedSet => {
      const [type, all] = family === "ipv4" ? (["ipv4_addr", "0.0.0.0/0"] as const) : (["ipv6_addr", "::/0"] as const);
      return { name: `filled_last_${family}`, type, elements: [all] };
    });
    return [...named, ...last];
  }
}

/** Lists stand in several files of a bundle. */
const elements = new WeakMap<AddressSet, readonly string[]>();

function elementsOf(ranges: AddressSet): readonly string[] {
  const known = elements.get(ranges) ?? ranges.map(formatRange);
  elements.set(ranges, known);
  return known;
}

const isSame = (a: AddressSet, b: AddressSet): boolean =>
  a === b || (a.length === b.length && a.every((range, i) => range.first === b[i]?.first && range.last === b[i]?.last));
