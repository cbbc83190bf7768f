import { type Backend, backends, provedOfFiles } from "./backends.ts";
import { checkFor, type TargetOptions } from "./check-for.ts";
import { type Diagnostic, diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";
import { deviations as deviationsOf, unproved } from "./emitters/capabilities.ts";
import type { Files } from "./emitters/emitter.ts";
import { movesText } from "./emitters/review/moves.ts";
import { proofText } from "./emitters/review/proof.ts";
import { statesText } from "./emitters/review/states.ts";
import { bundle } from "./ir/bundle.ts";
import { canonicalJson } from "./ir/canonical.ts";
import type { Origins } from "./ir/origins.ts";
import { type Plan, planOn } from "./ir/plan.ts";
import type { Policy } from "./ir/policy.ts";
import { systemOf, type Target } from "./ir/targets.ts";
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

export interface CompileOptions extends TargetOptions {
  readonly targets: readonly Target[];
  /** Devices whose frames are looked at as they leave, too. */
  readonly egress?: readonly string[];
}

/** source → AST → Policy → Ruleset per state → files, read back and proved to mean the same. Cost: O(n log n) in addresses, O(states × rules) in text. */
export function compile(source: Source, options: CompileOptions): Compiled {
  const stage = stopwatch(options.measure);
  const { targets, egress = [] } = options;
  const checked = checkFor(source, options);
  const { policy, origins, plans, proofs, sources } = checked;
  if (!policy || !origins || !plans || !proofs) return { sources, diagnostics: checked.diagnostics };
  const wanted = targets.map((target) => ({ target, planned: planOn(systemOf[target], plans), ...backends[target] }));
  const hookless = egress.flatMap((device) => unhooked(device, wanted, origins));
  const diagnostics = [...checked.diagnostics, ...hookless];
  if (diagnostics.some(isError)) return { sources, diagnostics };

  const emitted = new Map(
    stage("emit", () => wanted.flatMap(({ planned, emitter }) => [...emitter.emit(planned, egress)])),
  );
  const contradicted = stage("validate", () =>
    wanted.flatMap(({ target, planned }) => validate(planned, origins, target, emitted)),
  );
  if (contradicted.length > 0) return { sources, diagnostics: [...diagnostics, ...contradicted] };
  const deviations = wanted.flatMap(({ target, planned, emitter }) =>
    deviationsOf(planned, emitter.capabilities).map((deviation) => `${target}: ${deviation}`),
  );
  const open = new Set(wanted.flatMap(({ emitter }) => unproved(emitter.capabilities)));
  const ofPackets = proofs.filter((code) => !open.has(code));
  const ofFiles = provedOfFiles(targets);
  const review = stage("review", () =>
    reviewFiles(policy, plans, origins, { proofs: { ofPackets, ofFiles }, deviations }),
  );
  const proved = [...ofPackets, ...ofFiles].sort();
  const files = stage("bundle", () =>
    withBundle({ policy, plans, proofs: proved, targets, deviations, files: new Map([...review, ...emitted]) }),
  );
  return { name: policy.name, files, sources, diagnostics };
}

type Wanted = Backend & { readonly planned: Plan };

/** A hook that a backend has not, or not on this device. */
function unhooked(device: string, wanted: readonly Wanted[], origins: Origins): readonly Diagnostic[] {
  const able = wanted.flatMap(({ planned, emitter }) =>
    emitter.egressFault ? [{ fault: emitter.egressFault(planned, device) }] : [],
  );
  const none = { reason: "is looked at by nftables alone", instead: "add nft to the targets" };
  const faults = able.length === 0 ? [none] : able.flatMap(({ fault }) => fault ?? []);
  return faults.map(({ reason, instead }) =>
    diagnostic("KSP4003", { device, reason }, { at: origins.head, label: "in this policy", help: instead }),
  );
}

function reviewFiles(
  policy: Policy,
  plans: readonly Plan[],
  origins: Origins,
  known: Parameters<typeof proofText>[3],
): Files {
  const [first] = plans;
  if (!first) throw new Error("a target has a plan");
  return new Map([
    ["policy.json", `${canonicalJson(policy, 2)}\n`],
    ...plans.flatMap((planned): readonly [string, string][] => {
      const of = planned.os === "linux" ? "" : `-${planned.os}`;
      return [
        [`states${of}.txt`, statesText(planned, origins)],
        [`moves${of}.diff`, movesText(planned)],
      ];
    }),
    ["proof.txt", proofText(policy, first, origins, known)],
  ]);
}

function withBundle(of: Parameters<typeof bundle>[0]): Files {
  return new Map([["bundle.json", `${canonicalJson(bundle(of), 2)}\n`], ...of.files]);
}
