import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { PacketSpace } from "../packet-space.ts";
import type { Program } from "../readers/nft/program.ts";
import { vocabularyOfProgram } from "../readers/nft/vocabulary.ts";
import { Comparison } from "../translation/comparison.ts";
import { ownedTable } from "../translation/owned.ts";
import { arpTable, ipTable } from "../translation/same-rules.ts";
import { loopback, merged, type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { passedOver } from "./before-ours.ts";
import { type AuditFinding, type Judged, nowhere } from "./finding.ts";
import { framesRefused, isOfFrames, isOfNft } from "./frames.ts";
import { type IpSets, readIpSets } from "./ipset.ts";
import { judgeForeign } from "./judge.ts";
import { absencesOfIptables, ownChains, type Switches } from "./ours-iptables.ts";
import { absences, readOurs } from "./ours-nft.ts";
import { basesOfSaved, isSaved, type OwnChains, type Saved, savedOf } from "./read-iptables.ts";
import { type ListedNft, readForeign } from "./read-nft.ts";
import { type Base, isHook, type Rule } from "./rules.ts";
import { isSecondLook } from "./second-look.ts";
import { vocabularyOfBases } from "./vocabulary.ts";
import { isOurs } from "./way.ts";

/** A Linux firewall in which nftables holds our rules: ours are those of the plan, and what the rules of others do to them. */
export function auditNft(plan: Plan, listing: ReadonlyMap<string, string>): Judged {
  const listed = sorted(listing);
  const states = rulesetsOf(plan).map(({ state }) => state);
  if (!listed.nft) return nowhere({ kind: "absent", states, reason: "nftables lists nothing" });
  const ours = readOurs(listed.nft.text, listed.nft.file, plan);
  if ("absent" in ours) return nowhere(ours.absent);
  const { program } = ours;
  const foreign = foreignOf(listed, new Map(), isSecondLook(plan, listed.nft.text, program));
  const space = spaceOf(plan, foreign.bases, vocabularyOfProgram(program));
  const own = absences(plan, program, new Comparison(space));
  // Where nothing of ours judges, everything opens.
  if (!program.tables.has(ipTable)) return own;
  const bases = [...foreign.bases, ...basesOf(program)];
  return { ...own, findings: [...own.findings, ...told(foreign, states), ...judgeForeign(plan, bases, space)] };
}

/** The same of one in which iptables does. */
export function auditIptables(plan: Plan, listing: ReadonlyMap<string, string>, switches: Switches): Judged {
  const listed = sorted(listing);
  const states = rulesetsOf(plan).map(({ state }) => state);
  const own = absencesOfIptables(plan, listed.saved, listed.sets, switches);
  if (own.findings.some((finding) => finding.states.length === states.length)) return own;
  const foreign = foreignOf(listed, ownChains, listed.nft !== undefined && isSecondLook(plan, listed.nft.text));
  // Where nothing of ours judges, everything opens.
  if (!isReached(foreign.bases)) return own;
  const space = spaceOf(plan, foreign.bases);
  const passed = passedOver(plan, foreign.bases, space);
  const judged = judgeForeign(plan, foreign.bases.map(oursFirst), space);
  const findings = [...own.findings, ...told(foreign, states), ...passed, ...judged];
  return passed.length > 0 ? nowhere(...findings) : { ...own, findings };
}

/** Rules before ours are told of by themselves, and count as if they stood behind. */
function oursFirst(base: Base): Base {
  const isOwn = ({ end }: Rule): boolean => end?.kind === "ours";
  return { ...base, chain: [...base.chain.filter(isOwn), ...base.chain.filter((rule) => !isOwn(rule))] };
}

/** Whether ours are called at each hook, of both families. */
const isReached = (bases: readonly Base[]): boolean =>
  (["ipv4", "ipv6"] as const).every((family) =>
    [...ownChains].every(([key, { judges }]) => {
      const hook = key.split(" ")[1]?.toLowerCase();
      return !judges || bases.some((base) => base.hook === hook && base.families.includes(family) && isOurs(base));
    }),
  );

interface Sorted {
  readonly nft?: { readonly file: string; readonly text: string };
  readonly saved: readonly Saved[];
  readonly sets: string;
  /** What nobody recognizes, or reads. */
  readonly unread: ListedNft["unread"];
}

/** Listings are known by what they hold. */
function sorted(listing: ReadonlyMap<string, string>): Sorted {
  const files = [...listing].map(([file, text]) => ({ file, text }));
  const nft = files.find(({ text }) => text.trimStart().startsWith("{"));
  const rest = files.filter((one) => one !== nft && one.text.replaceAll(/^#.*$/gm, "").trim() !== "");
  const isSets = ({ text }: { readonly text: string }): boolean => /^create \S+ \S+:/m.test(text) && !isSaved(text);
  // The variant that is the default may have been asked by both its names.
  const rules = new Map(
    rest
      .filter(({ text }) => isSaved(text))
      .map((one) => [`${savedOf(one.file, one.text).families} ${one.text.replaceAll(/^#.*$/gm, "")}`, one]),
  );
  const others = rest.filter((one) => !isSaved(one.text) && !isSets(one) && !isOfFrames(one.text));
  const frames = rest
    .filter(({ text }) => isOfFrames(text) && !(nft && isOfNft(text)))
    .flatMap(({ file, text }) => framesRefused(file, text));
  return {
    ...(nft && { nft }),
    saved: [...rules.values()].map(({ file, text }) => savedOf(file, text)),
    sets: rest
      .filter(isSets)
      .map(({ text }) => text)
      .join("\n"),
    unread: [
      ...others.map(({ file, text }) => ({
        place: { file, line: 1, text: (text.trim().split("\n")[0] ?? "").slice(0, 80) },
        reason: "this is no listing of nft, iptables-save or ipset",
      })),
      ...frames,
      ...[...rules.values()].filter(isCutOff).map(({ file, text }) => ({
        place: { file, line: text.trimEnd().split("\n").length, text: text.trimEnd().split("\n").at(-1) ?? "" },
        reason: "the listing ends within a table",
      })),
    ],
  };
}

const isCutOff = ({ text }: { readonly text: string }): boolean =>
  text.match(/^\*/gm)?.length !== text.match(/^COMMIT$/gm)?.length;

/** The rules of others, of every tool; those that iptables put into tables of nftables are read as iptables lists them. */
function foreignOf({ nft, saved, sets, unread }: Sorted, own: OwnChains, isOwnedOurs: boolean): ListedNft {
  const known: IpSets = readIpSets(sets);
  const iptables = saved.flatMap((one) => basesOfSaved(one, known, own));
  const isListedTwice = (table: string): boolean => {
    const [family, name = ""] = table.split(" ");
    const of = family === "ip" ? "ipv4" : family === "ip6" ? "ipv6" : undefined;
    const isIptables = ["raw", "mangle", "nat", "filter", "security"].includes(name);
    return isIptables && of !== undefined && saved.some(({ isNft, families }) => isNft && families.includes(of));
  };
  const isForeign = (table: string): boolean =>
    !(isOwnedOurs && table === ownedTable) &&
    (own.size > 0 || (table !== ipTable && table !== arpTable)) &&
    !isListedTwice(table);
  const listed = nft ? readForeign(nft.text, nft.file, isForeign) : { bases: [], unread: [] };
  return { bases: [...iptables, ...listed.bases], unread: [...listed.unread, ...unread] };
}

const told = ({ unread: all }: ListedNft, states: AuditFinding["states"]): readonly AuditFinding[] =>
  all.map((each) => ({ kind: "unclear", states, ...each }));

const spaceOf = (plan: Plan, bases: readonly Base[], ...more: readonly Vocabulary[]): PacketSpace =>
  new PacketSpace(merged(vocabularyOf(rulesetsOf(plan)), vocabularyOfBases(bases), ...more, loopback));

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
