import type { Document } from "../readers/wfp/document.ts";
import type { ListedFilter } from "../readers/wfp/listing.ts";
import type { Own } from "./wfp-own.ts";

/** Aliases of the policy by the numbers (LUIDs) of a machine; and a filter of ours that such numbers do not explain. */
export interface Numbers {
  readonly aliases: ReadonlyMap<string, string>;
  readonly otherwise?: ListedFilter;
}

/** A filter of ours that names interfaces: those of its document, and the numbers that are listed of it. */
interface Naming {
  readonly planned: readonly string[];
  readonly luids: readonly string[];
  readonly listed: ListedFilter;
}

/** More interfaces than that of which nobody knows whether they were there are not tried out. */
const most = 10;

/**
 * Which numbers the interfaces of the policy may have. Numbers stand in the order of the document, without those of interfaces
 * that were not there (`apply.ps1`), and those are away in every filter. Several where the listing leaves it open, but for
 * interfaces that no document tells apart.
 */
export function numbersOf(own: Own, documents: readonly Document[]): readonly [Numbers, ...Numbers[]] {
  const namings = own.there.flatMap(([{ when }, listed]): readonly Naming[] => {
    const luids = listed.conditions.flatMap(({ field, value }) =>
      field === "IP_LOCAL_INTERFACE" && value.kind === "text" ? [value.text] : [],
    );
    const planned = when.interfaces ?? [];
    // Without any, or with more, it is about other packets, which is told of it.
    return luids.length > 0 && luids.length <= planned.length ? [{ planned, luids, listed }] : [];
  });
  const whole = namings.filter(({ planned, luids }) => planned.length === luids.length);
  const partly = namings.filter(({ planned, luids }) => planned.length > luids.length);
  const sure = new Set(whole.flatMap(({ planned }) => planned));
  const known = numbered(whole, sure);
  if (known.otherwise || partly.length === 0) return [known];
  const open = [...new Set(partly.flatMap(({ planned }) => planned))].filter((alias) => !sure.has(alias));
  const fitting =
    open.length > most
      ? []
      : subsets(open).flatMap((there) => {
          const present = new Set([...sure, ...there]);
          const numbers = numbered(namings, present);
          const lacking = own.missing.filter(({ when }) => when.interfaces?.some((alias) => present.has(alias)));
          return numbers.otherwise ? [] : [{ numbers, lacking: lacking.length }];
        });
  const fewest = Math.min(...fitting.map(({ lacking }) => lacking));
  const best = fitting.flatMap(({ numbers, lacking }) => (lacking === fewest ? [numbers] : []));
  const [first, ...more] = apart(best, documents);
  const [doubted] = partly;
  return first ? [first, ...more] : [{ ...known, ...(doubted && { otherwise: doubted.listed }) }];
}

/** As it is if just these interfaces were there. */
function numbered(namings: readonly Naming[], present: ReadonlySet<string>): Numbers {
  const aliases = new Map<string, string>();
  const numbers = new Map<string, string>();
  for (const { planned, luids, listed } of namings) {
    const there = planned.filter((alias) => present.has(alias));
    if (there.length !== luids.length) return { aliases, otherwise: listed };
    for (const [i, alias] of there.entries()) {
      const luid = luids[i] ?? "";
      if ((numbers.get(alias) ?? luid) !== luid || (aliases.get(luid) ?? alias) !== alias)
        return { aliases, otherwise: listed };
      numbers.set(alias, luid);
      aliases.set(luid, alias);
    }
  }
  return { aliases };
}

const subsets = (names: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_name, i) => (bits >> i) & 1));

/** One of those that differ only in interfaces that every document names together. */
function apart(all: readonly Numbers[], documents: readonly Document[]): readonly Numbers[] {
  const named = documents.flatMap(({ filters }) =>
    filters.flatMap(({ when }) => (when.interfaces ? [when.interfaces] : [])),
  );
  const company = (alias: string): string =>
    named.flatMap((interfaces, i) => (interfaces.includes(alias) ? [i] : [])).join();
  const told = ({ aliases }: Numbers): string =>
    [...aliases]
      .map(([luid, alias]) => `${luid} ${company(alias)}`)
      .sort()
      .join("; ");
  return [...Map.groupBy(all, told).values()].flatMap((same) => same[0] ?? []);
}
