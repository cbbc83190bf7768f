import { backends } from "../src/backends.ts";
import type { Capability } from "../src/emitters/capabilities.ts";
import { constructNames, constructs } from "../src/emitters/constructs.ts";
import { systemOf, type Target, targets } from "../src/ir/targets.ts";

/** docs/backends.md: what each backend declares, in one table; its reasons below it. */
export const backendsPage = (): string =>
  `${[
    "# Backends",
    "",
    "What a policy may ask for, and what each backend makes of it. This page is made from what the backends declare",
    "(`src/emitters/*/capabilities.ts`).",
    "",
    "- **holds**: it means the same there, which every compile proves (KSP9001).",
    "- **refused**: a policy that asks for it does not compile for that backend (KSP4002). It is never written weaker instead.",
    "- **weakened**: it is written without a part of its meaning, under an assumption that `proof.txt` and `bundle.json` name.",
    "",
    row(["", ...targets.map((target) => `${target} (${systemOf[target]})`)]),
    row(["---", ...targets.map(() => "---")]),
    ...constructNames.map((name) => row([constructs[name].text, ...targets.map((target) => cell(target, name))])),
    ...targets.flatMap(reasons),
  ].join("\n")}\n`;

const of = (target: Target, name: (typeof constructNames)[number]): Capability =>
  backends[target].emitter.capabilities[name];
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const cell = (...at: Parameters<typeof of>): string => {
  const { kind } = of(...at);
  return kind === "holds" ? kind : `**${kind}**`;
};

function reasons(target: Target): readonly string[] {
  const lines = (kind: "refused" | "weakened", title: string): readonly string[] => {
    const found = constructNames.flatMap((name) => {
      const capability = of(target, name);
      const why = "instead" in capability ? capability.instead : "assuming" in capability ? capability.assuming : "";
      return capability.kind === kind ? [`- ${constructs[name].text}: ${why}`] : [];
    });
    return found.length > 0 ? ["", title, "", ...found] : [];
  };
  return [
    "",
    `## ${target}`,
    ...lines("refused", "Refused, and the way out:"),
    ...lines("weakened", "Weakened, assuming:"),
    "",
    ...tried[target],
  ];
}

/** What ran on what. */
const tried: Readonly<Record<Target, readonly string[]>> = {
  nft: [
    "Tried on Linux: every golden loads into a kernel and lists back, packets meet the planned verdicts, and tunnels that are lost",
    "under load leak nothing (`test/kernel`, `test/runtime`).",
  ],
  iptables: [
    "| tried | against | by |",
    "| --- | --- | --- |",
    "| every file | the plan, read back, for every packet in every state, family and move | every compile |",
    "| the same | the files for nftables, read back: the same packets pass, but where it is declared above | `test/proof/translation/on-both.test.ts` |",
    "| the same of random policies | the same | the same; last: 1,000 policies, no difference (`KSP_RANDOM=1000`) |",
    "| every file on a kernel, with iptables-nft and iptables-legacy | what it lists means the plan; nothing of others is changed | `test/kernel/iptables/load.test.ts` |",
    "| verdicts of a kernel, with both | the plan, packet by packet, also of random policies | `test/kernel/iptables/verdicts.test.ts`, [fuzzing.md](fuzzing.md#random-policies-on-a-kernel) |",
    "| moves, lost tunnels and loaders that are killed, with both | nothing leaks | `test/kernel/iptables` |",
  ],
  wfp: [
    "**Nothing of it ran on Windows.** What Windows does is from Microsoft's documentation and from the code of other products.",
    "",
    "| tried | against | by |",
    "| --- | --- | --- |",
    "| the documents | the plan, read back, for every packet in every state, moment and move | every compile |",
    "| `listing.txt`, which people read | the documents, and the stages of the plan, read back; any word or line changed is refused | every compile, `test/wfp/review.test.ts` |",
    "| the same documents | a model of Microsoft's arbitration, packet by packet | `test/wfp/same-meaning.test.ts` |",
    "| the same of random policies | the plan that nftables has, and its files read back | `test/wfp/random.test.ts`; last, on 2026-11-30: 1,000 policies (`KSP_RANDOM=1000`), 998 mean the same, 2 name a program without its path and are refused |",
    "| the C# of `apply.ps1`, under mono | a stand-in for `fwpuclnt.dll`, and a second applier for Node: the same bytes | `test/wfp/rig.test.ts` |",
    "| a failure of any call | the same stand-in: the state before or the state after | the same |",
    "| what others put there in our name: filters under our keys, another sublayer or provider | the same stand-in: it is replaced, or refused | the same |",
    "| names that become another interface's in the midst, and two of one interface | the same stand-in: all is looked up anew, or refused | the same |",
    "| the layout of structures | the headers of mingw-w64 | `scripts/wfp-wine.sh`, on demand; last: as there |",
    "| the applier for Node, in Node 22.22.2 for Windows under Wine 8.0 | the same stand-in, as a DLL | the same script; last: 1,099 calls, the bytes of Linux |",
    "| both scripts | a grammar of PowerShell that editors use (tree-sitter): they are scripts, whatever they do | `test/wfp/scripts.test.ts` |",
    "| what `ksp audit` says of a machine | the calls of the applier, told as `netsh` tells filters, beside those of others | `test/proof/audit/wfp.test.ts` |",
    "",
    "Not tried anywhere: PowerShell itself, the engine's own checks, a listing of a real machine, 32 bits and ARM, `hyperv.ps1`.",
  ],
  pf: [
    "**Nothing of it ran on a Mac.** What macOS does is from its kernel's source and from what others measured. A reader",
    "with a Mac can check it: `sudo sh report.sh > report.txt` in the folder `pf` changes nothing and prints what to report, `ksp audit POLICY",
    "--target pf --listing report.txt` says whether it is in force there, and docs/pf.md names what nobody has tried.",
    "",
    "| tried | against | by |",
    "| --- | --- | --- |",
    "| every file | the plan, read back, for every packet in every state | every compile |",
    "| the same of random policies | the same plan that nftables has, read back from its files, too | `test/pf/random.test.ts`; last, on 2026-11-30: 1,000 policies (`KSP_RANDOM=1000`), owners without a protocol among them, no difference |",
    "| every move | flows that the new state forbids are killed, and none to a server that both reach where pfctl can tell them apart | every compile, the same 1,000 policies, `test/pf/moves.test.ts` |",
    "| what `ksp audit` says of a Mac | an evaluation packet by packet of ours beside rules of others at random | `test/proof/audit/pf-random.test.ts`; last: 300 neighbours (`KSP_RANDOM=300`), no difference |",
    "",
    "Not tried anywhere: the kernel's own pf, its `pfctl`, the commands of `moves.txt`, the report of a real Mac.",
  ],
};
