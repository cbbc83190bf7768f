import { type Checked, type CheckOptions, check } from "./check.ts";
import { type Diagnostic, diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";
import type { Files, Refusal } from "./emitters/emitter.ts";
import { nft } from "./emitters/nft/emit.ts";
import { movesText } from "./emitters/review/moves.ts";
import { proofText } from "./emitters/review/proof.ts";
import { statesText } from "./emitters/review/states.ts";
import { bundle } from "./ir/bundle.ts";
import { canonicalJson } from "./ir/canonical.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import type { Plan } from "./ir/plan.ts";
import type { Policy } from "./ir/policy.ts";
import { stopwatch } from "./measure.ts";
import { provedOfFiles, type Target, validate } from "./validate.ts";

export type { Target };

const emitters = { nft } as const;

export interface Compiled {
  readonly name?: string;
  /** Path below `DIR/<policy>/` → text; absent when there is an error. */
  readonly files?: Files;
  /** Every other file that was read. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** source → AST → Policy → Ruleset per state → files, read back and proved to mean the same. Cost: O(n log n) in addresses, O(states × rules) in text. */
export function compile(source: Source, options: CheckOptions & { readonly targets: readonly Target[] }): Compiled {
  const stage = stopwatch(options.measure);
  const checked = check(source, options);
  const { policy, origins, plan: planned, proofs, sources } = checked;
  if (!policy || !origins || !planned || !proofs) return { sources, diagnostics: checked.diagnostics };
  const refused = options.targets.flatMap((target) =>
    emitters[target].refusals(planned).map((refusal) => refuse(target, refusal, origins)),
  );
  const diagnostics = [...checked.diagnostics, ...refused];
  if (refused.some(isError)) return { sources, diagnostics };

  const emitted = stage("emit", () => options.targets.flatMap((target) => [...emitters[target].emit(planned)]));
  const contradicted = stage("validate", () => validate(planned, origins, options.targets, new Map(emitted)));
  if (contradicted.length > 0) return { sources, diagnostics: [...diagnostics, ...contradicted] };
  const review = stage("review", () => reviewFiles(policy, planned, origins, proofs));
  const files = stage("bundle", () =>
    withBundle(policy, planned, [...proofs, ...provedOfFiles], new Map([...review, ...emitted])),
  );
  return { name: policy.name, files, sources, diagnostics };
}

type Proofs = NonNullable<Checked["proofs"]>;

const refuse = (target: Target, { from, construct, help }: Refusal, origins: Origins): Diagnostic =>
  diagnostic(
    "KSP4002",
    { target, construct },
    { at: placeOf(origins, from, "carrier"), label: "cannot be said there", help },
  );

function reviewFiles(policy: Policy, planned: Plan, origins: Origins, proofs: Proofs): Files {
  return new Map([
    ["policy.json", `${canonicalJson(policy, 2)}\n`],
    ["states.txt", statesText(planned, origins)],
    ["moves.diff", movesText(planned)],
    ["proof.txt", proofText(policy, planned, origins, { ofPackets: proofs, ofFiles: provedOfFiles })],
  ]);
}

function withBundle(policy: Policy, planned: Plan, proofs: readonly string[], files: Files): Files {
  const text = `${canonicalJson(bundle(policy, planned, proofs.toSorted(), files), 2)}\n`;
  return new Map([["bundle.json", text], ...files]);
}
