import { createHash } from "node:crypto";
import { type Family, families } from "../../net/address.ts";
import { type AddressSet, complement, ofFamily, prefixTexts } from "../../net/address-set.ts";

/** Longer lists are tables: a list is a rule for each of its addresses. */
const mostInline = 8;
/** Of longer tables flows are killed whatever their addresses are: a command for each entry would be too many. */
const mostKilled = 64;
/** PF_TABLE_NAME_SIZE without its zero. */
const longestName = 31;

export interface Table {
  readonly name: string;
  /** Prefixes, and behind `!` what they leave out: the longest one that matches decides. */
  readonly entries: readonly string[];
}

/** The addresses at one end of a rule: how the rule says it, and the prefixes that find the states of its flows. */
export interface Hosts {
  readonly text: string;
  /** Of both families where a table has both. Absent: as if it were any. */
  readonly prefixes?: readonly string[];
}

const any: Hosts = { text: "any" };

/** The tables that files share, or that one file brings itself. */
export class Tables {
  readonly #isShared: boolean;
  readonly #byContent = new Map<string, Table>();
  readonly #known = new WeakMap<AddressSet, Table>();

  constructor({ isShared }: { readonly isShared: boolean }) {
    this.#isShared = isShared;
  }

  /** `list` names a set that the policy names, `owner` one that has no name. Undefined: no address of the family. */
  hosts(
    { set, list }: { readonly set: AddressSet; readonly list?: string },
    family: Family,
    owner: string,
  ): Hosts | undefined {
    const ranges = ofFamily(set, family);
    if (ranges.length === 0) return undefined;
    if (list !== undefined && this.#isShared) return named(this.#table(set, list));
    const leftOut = complement(ranges, family);
    if (leftOut.length === 0) return any;
    const without = prefixTexts(leftOut);
    const [only] = without;
    if (without.length === 1) return { text: `! ${only}` };
    const within = ranges.length > mostInline ? undefined : prefixTexts(ranges);
    if (within && within.length <= mostInline)
      return { text: within.length === 1 ? (within[0] ?? "") : `{ ${within.join(", ")} }`, prefixes: within };
    return named(this.#table(ranges, `${owner}_${family === "ipv4" ? "v4" : "v6"}`));
  }

  all(): readonly Table[] {
    return [...this.#byContent.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #table(set: AddressSet, wanted: string): Table {
    const known = this.#known.get(set);
    if (known) return known;
    const entries = families.flatMap((family) => entriesOf(ofFamily(set, family), family));
    const content = entries.join(" ");
    const table = this.#byContent.get(content) ?? tableOf(wanted, entries);
    this.#byContent.set(content, table);
    this.#known.set(set, table);
    return table;
  }
}

/** Named by what it holds: rules that are in force never see it change. */
function tableOf(wanted: string, entries: readonly string[]): Table {
  const content = createHash("sha256").update(entries.join("\n")).digest("hex").slice(0, 8);
  return { name: `${wanted.slice(0, longestName - 9)}_${content}`, entries };
}

const named = ({ name, entries }: Table): Hosts => ({
  text: `<${name}>`,
  ...(entries.length <= mostKilled && !entries.some((entry) => entry.startsWith("!")) && { prefixes: entries }),
});

/** What leaves out little is written by what it leaves out, behind the two halves of all addresses. */
function entriesOf(set: AddressSet, family: Family): readonly string[] {
  const without = complement(set, family);
  if (set.length === 0 || without.length >= set.length) return prefixTexts(set);
  return [...halves[family], ...prefixTexts(without).map((prefix) => `!${prefix}`)];
}

/** Not `0.0.0.0/0`: nobody has tried whether a table holds it. */
const halves: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ["0.0.0.0/1", "128.0.0.0/1"],
  ipv6: ["::/1", "8000::/1"],
};
