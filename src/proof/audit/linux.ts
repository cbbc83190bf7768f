import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { PacketSpace } from "../packet-space.ts";
import type { Program } from "../readers/nft/program.ts";
import { vocabularyOfProgram } from "../readers/nft/vocabulary.ts";
import { Comparison } from "../translation/comparison.ts";
import { arpTable, ipTable } from "../translation/same-rules.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import type { AuditFinding } from "./finding.ts";
import { judgeForeign } from "./judge.ts";
import { absences, readOurs } from "./ours-nft.ts";
import { readForeign } from "./read-nft.ts";
import { type Base, isHook } from "./rules.ts";
import { vocabularyOfBases } from "./vocabulary.ts";

/** A Linux firewall in which nftables holds our rules: ours are those of the plan, and what the rules of others do to them. */
export function auditNft(plan: Plan, listing: ReadonlyMap<string, string>): readonly AuditFinding[] {
  const states = rulesetsOf(plan).map(({ state }) => state);
  const nft = [...listing].find(([, text]) => text.trimStart().startsWith("{"));
  if (!nft) return [{ kind: "absent", states, reason: "nftables lists nothing" }];
  const [file, text] = nft;
  const ours = readOurs(text, file, plan);
  if ("absent" in ours) return [ours.absent];
  const { program } = ours;
  const foreign = readForeign(text, file, (table) => table !== ipTable && table !== arpTable);
  const bases = [...foreign.bases, ...basesOf(program)];
  const vocabulary = merged(
    vocabularyOf(rulesetsOf(plan)),
    vocabularyOfProgram(program),
    vocabularyOfBases(foreign.bases),
    loopback,
  );
  const space = new PacketSpace(vocabulary);
  const unread = foreign.unread.map((each) => ({ kind: "unclear", states, ...each }) as const);
  const absent = absences(plan, program, new Comparison(space));
  // Where nothing of ours judges, everything opens.
  if (!program.tables.has(ipTable)) return absent;
  return [...absent, ...unread, ...judgeForeign(plan, bases, space)];
}

/** Where our own rules are called. */
const basesOf = ({ tables }: Program): readonly Base[] =>
  [...(tables.get(ipTable)?.chains.values() ?? [])].flatMap(({ base }) => {
    if (base?.type !== "filter" || !isHook(base.hook)) return [];
    const place = { file: "", line: 0, text: "" };
    return [
      {
        hook: base.hook,
        priority: base.priority,
        isNat: false,
        reroutes: false,
        families: ["ipv4", "ipv6"],
        chain: [{ place, tests: [], acts: [], end: { kind: "ours" } }],
        chains: new Map(),
      } satisfies Base,
    ];
  });
