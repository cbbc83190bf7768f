import type { Rule, Ruleset } from "../../ir/ruleset.ts";
import { complement, formatRange, ofFamily } from "../../net/address-set.ts";
import { braces } from "./words.ts";

/** The table's base chains; each ends closed as every other. */
export interface ArpTable {
  readonly hooks: readonly { readonly hook: string; readonly lines: readonly string[] }[];
}

/** ARP has no connections and no look-up of whose an address is: literals only. Nothing to hide, no table. */
export function arpTables({ rules }: Ruleset): readonly ArpTable[] {
  const arp = rules.filter((rule) => rule.match.family === "arp");
  const hides = arp.some(
    ({ match, verdict }) => verdict.kind === "accept" && (hidden(match.source) || hidden(match.destination)),
  );
  if (!hides) return [];
  const hooks = (["in", "out"] as const).map((direction) => ({
    hook: direction === "in" ? "input" : "output",
    lines: arp.filter((rule) => rule.direction === direction).map(arpLine),
  }));
  return [{ hooks }];
}

const others = (address: Rule["match"]["source"]) => (address ? complement(ofFamily(address.set, "ipv4"), "ipv4") : []);
const hidden = (address: Rule["match"]["source"]): boolean => others(address).length > 0;

function arpLine({ match, verdict, from }: Rule): string {
  const fields = [
    ...(hidden(match.source) ? [`arp saddr ip != ${braces(others(match.source).map(formatRange))}`] : []),
    ...(hidden(match.destination) ? [`arp daddr ip != ${braces(others(match.destination).map(formatRange))}`] : []),
  ];
  return [...fields, `counter ${verdict.kind} comment "${from}"`].join(" ");
}
