import type { Base, Hook, Program, Table } from "../readers/nft/program.ts";
import { foreignBits } from "../translation/same-marks.ts";
import { arpTable, ipTable } from "../translation/same-rules.ts";

/** The same, on a machine where others have tables, too. */
export const amongOthers = ({ tables }: Program): Program => ({ tables: new Map([...others, ...tables]) });

/** Only what is ours, of what stands among others. */
export const withoutOthers = ({ tables }: Program): Program => ({
  tables: new Map([...tables].filter(([name]) => !others.has(name))),
});

/**
 * Why rules of others and ours would meet otherwise than is claimed, once a file was loaded among others. Undefined: their
 * tables and marks are what they were, ours are two, and ours judge last, so that no accept of theirs ends it.
 */
export function meddling({ tables }: Program): string | undefined {
  for (const [name, table] of others)
    if (tables.get(name) !== table) return `the table ${name} of somebody else is not what it was`;
  for (const [name, { chains }] of tables) {
    if (others.has(name)) continue;
    if (name !== ipTable && name !== arpTable) return `the table ${name} is not ours`;
    for (const { base } of chains.values())
      if (base && places[base.type][base.hook] !== base.priority)
        return `${base.hook} at priority ${base.priority} does not judge behind others`;
  }
  return foreignBits({ tables });
}

/** Between the chains of others: what is judged last sees what they made of a packet. */
const places: Readonly<Record<Base["type"], Partial<Record<Hook, number>>>> = {
  filter: { input: 0, forward: 0, output: 0, postrouting: 300 },
  nat: { prerouting: -100, output: -100, postrouting: 100 },
};

const others: ReadonlyMap<string, Table> = new Map(
  ["inet filter", "arp filter"].map((name) => [
    name,
    { sets: new Map(), chains: new Map([["output", { rules: [] }]]) },
  ]),
);
