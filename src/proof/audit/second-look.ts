import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { PacketSpace } from "../packet-space.ts";
import type { Program } from "../readers/nft/program.ts";
import { readOwned } from "../readers/nft/read-listing.ts";
import { vocabularyOfProgram } from "../readers/nft/vocabulary.ts";
import { Comparison } from "../translation/comparison.ts";
import { differentOwned, ownedTable } from "../translation/owned.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";

/**
 * Whether the table that has the name of the second look at what leaves is that look: then it is nobody else's, and nothing
 * rests on it. Anybody may have given a table this name, so one that is anything else is judged like those of others.
 */
export function isSecondLook(plan: Plan, listing: string, rules?: Program): boolean {
  if (!listing.includes(ownedTable.replace("inet ", ""))) return false;
  const read = readOwned(listing, ownedTable);
  if ("fault" in read || !read.program.tables.has(ownedTable)) return false;
  const { program } = read;
  const known = [program, ...(rules ? [rules] : [])].map(vocabularyOfProgram);
  const comparison = new Comparison(new PacketSpace(merged(vocabularyOf(rulesetsOf(plan)), ...known, loopback)));
  const owned = { file: "", program, ...(rules && { rules }) };
  return !differentOwned(comparison, plan, owned, rules ? "translated" : "untranslated");
}
