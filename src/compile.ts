import { backends } from "./backends.ts";
import { type Checked, type CheckOptions, check } from "./check.ts";
import { type Diagnostic, diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";
import { deviations as deviationsOf, type Refusal, refusals } from "./emitters/capabilities.ts";
import type { Files } from "./emitters/emitter.ts";
import { movesText } from "./emitters/review/moves.ts";
import { proofText } from "./emitters/review/proof.ts";
import { statesText } from "./emitters/review/states.ts";
import { bundle } from "./ir/bundle.ts";
import { canonicalJson } from "./ir/canonical.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import type { Plan } from "./ir/plan.ts";
import type { Policy } from "./ir/policy.ts";
import type { Target } from "./ir/targets.ts";
import { stopwatch } from "./measure.ts";
import { validate } from "./validate.ts";

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
  const { targets } = options;
  const refused = targets.flatMap((target) =>
    refusals(planned, backends[target].emitter.capabilities).map((refusal) => refuse(target, refusal, origins)),
  );
  const diagnostics = [...checked.diagnostics, ...refused];
  if (refused.some(isError)) return { sources, diagnostics };

  const emitted = stage("emit", () => targets.flatMap((target) => [...backends[target].emitter.emit(planned)]));
  const contradicted = stage("validate", () => validate(planned, origins, targets, new Map(emitted)));
  if (contradicted.length > 0) return { sources, diagnostics: [...diagnostics, ...contradicted] };
  const deviations = targets.flatMap((target) =>
    deviationsOf(planned, backends[target].emitter.capabilities).map((deviation) => `${target}: ${deviation}`),
  );
  const review = stage("review", () => reviewFiles(policy, planned, origins, proofs, deviations));
  const of = { policy, plan: planned, proofs, targets, deviations, files: new Map([...review, ...emitted]) };
  const files = stage("bundle", () => withBundle(of));
  return { name: policy.name, files, sources, diagnostics };
}

type Proofs = NonNullable<Checked["proofs"]>;

const refuse = (target: Target, { from, construct, help }: Refusal, origins: Origins): Diagnostic =>
  diagnostic(
    "KSP4002",
    { target, construct },
    { at: placeOf(origins, from, "carrier"), label: "cannot be said there", help },
  );

function reviewFiles(
  policy: Policy,
  planned: Plan,
  origins: Origins,
  proofs: Proofs,
  deviations: readonly string[],
): Files {
  return new Map([
    ["policy.json", `${canonicalJson(policy, 2)}\n`],
    ["states.txt", statesText(planned, origins)],
    ["moves.diff", movesText(planned)],
    ["proof.txt", proofText(policy, planned, origins, proofs, deviations)],
  ]);
}

function withBundle(of: Parameters<typeof bundle>[0]): Files {
  return new Map([["bundle.json", `${canonicalJson(bundle(of), 2)}\n`], ...of.files]);
}
