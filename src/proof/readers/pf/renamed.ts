import type { Criteria, Host, Ruleset } from "./program.ts";

/** The same, with other names of interfaces: a utun has the number of the day. */
export function renamed(
  { entries, scrubs, translations, tables }: Ruleset,
  names: ReadonlyMap<string, string>,
): Ruleset {
  const host = (one: Host): Host =>
    one.kind === "interface" ? { ...one, name: names.get(one.name) ?? one.name } : one;
  const of = <T extends Criteria>(criteria: T): T => ({
    ...criteria,
    ...(criteria.interface && {
      interface: { ...criteria.interface, name: names.get(criteria.interface.name) ?? criteria.interface.name },
    }),
    source: host(criteria.source),
    destination: host(criteria.destination),
  });
  return {
    tables,
    scrubs: scrubs.map(of),
    translations: translations.map(of),
    entries: entries.map((entry) =>
      entry.kind === "anchor" && entry.inside ? { ...of(entry), inside: renamed(entry.inside, names) } : of(entry),
    ),
  };
}
