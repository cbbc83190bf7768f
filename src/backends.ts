import type { Emitter, Files } from "./emitters/emitter.ts";
import { iptables } from "./emitters/iptables/emit.ts";
import { nft } from "./emitters/nft/emit.ts";
import { pf } from "./emitters/pf/emit.ts";
import { wfp } from "./emitters/wfp/emit.ts";
import type { Plan } from "./ir/plan.ts";
import { stateName } from "./ir/states.ts";
import type { Target } from "./ir/targets.ts";
import type { Judged } from "./proof/audit/finding.ts";
import { auditIptables, auditNft } from "./proof/audit/linux.ts";
import { auditPf } from "./proof/audit/pf.ts";
import { auditWfp } from "./proof/audit/wfp.ts";
import { validateIptables } from "./proof/translation/iptables.ts";
import type { Mismatch } from "./proof/translation/mismatch.ts";
import { validateNft } from "./proof/translation/nft.ts";
import { validatePf } from "./proof/translation/pf.ts";
import { validateWfp } from "./proof/translation/wfp.ts";

/** A firewall that policies compile to: what it can say, what writes its files, and what reads them back. `systemOf` has the system of its plan. */
export interface Backend {
  readonly emitter: Emitter;
  /** Reads every file back, without a line of the code that wrote it, and holds all packets in all states against the plan. */
  readonly validate: (plan: Plan, files: Files) => Mismatch | undefined;
  /** What a machine's own firewall holds, by what each listing was called, held against the plan with the rules of others. */
  readonly audit: (plan: Plan, listing: ReadonlyMap<string, string>) => Judged;
  /** Properties of files, and of the moves between them, that hold where `validate` finds nothing. */
  readonly proves: readonly FileProperty[];
}

type FileProperty = "KSP3023" | "KSP3025" | "KSP3026";

/** Every backend there is. */
export const backends: Readonly<Record<Target, Backend>> = {
  nft: { emitter: nft, validate: validateNft, audit: auditNft, proves: ["KSP3023", "KSP3025", "KSP3026"] },
  iptables: {
    emitter: iptables,
    validate: validateIptables,
    audit: (plan, listing) => auditIptables(plan, listing, switchesOf(iptables.emit(plan))),
    proves: ["KSP3023", "KSP3025", "KSP3026"],
  },
  wfp: {
    emitter: wfp,
    validate: validateWfp,
    audit: (plan, listing) => auditWfp(plan, listing, wfp.emit(plan)),
    proves: ["KSP3023", "KSP3025"],
  },
  pf: { emitter: pf, validate: validatePf, audit: auditPf, proves: ["KSP3023", "KSP3025"] },
};

/** The texts by which iptables goes from one state to another. */
const switchesOf = (files: Files) => (state: string, family: "ipv4" | "ipv6") =>
  files.get(`iptables/switch/${stateName(state)}.${family === "ipv4" ? "v4" : "v6"}`);

/** What is proved of the files of all these targets. */
export const provedOfFiles = ([first, ...more]: readonly Target[]): readonly FileProperty[] =>
  first ? backends[first].proves.filter((code) => more.every((target) => backends[target].proves.includes(code))) : [];
