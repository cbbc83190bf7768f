import type { Rule, Ruleset } from "../../ir/ruleset.ts";
import { complement, ofFamily } from "../../net/address-set.ts";
import { noneOf, type Spelling } from "./words.ts";

/** The table's base chains; each ends closed as every other. */
export interface ArpTable {
  readonly hooks: readonly { readonly hook: string; readonly lines: readonly string[] }[];
}

/** ARP has no connections and no look-up of whose an address is: literals only. Nothing to hide, no table. */
export function arpTables({ rules }: Ruleset, spelling: Spelling): readonly ArpTable[] {
  const arp = rules.filter((rule) => rule.match.family === "arp");
  const hides = arp.some(
    ({ match, verdict }) => verdict.kind === "accept" && (hidden(match.source) || hidden(match.destination)),
  );
  if (!hides) return [];
  const hooks = (["in", "out"] as const).map((direction) => ({
    hook: direction === "in" ? "input" : "output",
    lines: arp.filter((rule) => rule.direction === direction).map((rule) => arpLine(rule, spelling)),
  }));
  return [{ hooks }];
}

const others = (address: Rule["match"]["source"]) => (address ? complement(ofFamily(address.set, "ipv4"), "ipv4") : []);
const hidden = (address: Rule["match"]["source"]): boolean => others(address).length > 0;

function arpLine({ match, verdict, from }: Rule, spelling: Spelling): string {
  const field = (name: "saddr" | "daddr", address: Rule["match"]["source"]): readonly string[] =>
    hidden(address) ? noneOf(others(address), spelling).map((text) => `arp ${name} ip ${text}`) : [];
  const fields = [...field("saddr", match.source), ...field("daddr", match.destination)];
  return [...fields, `counter ${verdict.kind} comment "${from}"`].join(" ");
}
