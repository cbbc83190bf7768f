import { type Diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";
import { runChecks } from "./ir/checks/index.ts";
import { expand } from "./ir/expand/expand.ts";
import type { Load } from "./ir/expand/load.ts";
import type { Origins } from "./ir/origins.ts";
import { type Plan, plan } from "./ir/plan.ts";
import type { Os, Policy } from "./ir/policy.ts";
import { resolve } from "./ir/resolve/resolve.ts";
import { type Measure, stopwatch } from "./measure.ts";
import type { File } from "./parser/ast.ts";
import { parse } from "./parser/parse.ts";
import { type Proved, prove } from "./prove.ts";
import { superfluous } from "./superfluous.ts";

export interface Read {
  /** Absent when there is an error, as are `origins`, `plan` and `file`. */
  readonly policy?: Policy;
  readonly origins?: Origins;
  readonly plan?: Plan;
  /** One for each system, in their order; `plan` is the first. */
  readonly plans?: readonly Plan[];
  /** The statements of the policy and of all that it imports, with the values of parameters. */
  readonly file?: File;
  /** Every other file that was read. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Checked extends Read {
  /** Codes of the leak properties that hold for every packet in every state. */
  readonly proofs?: Proved["holds"];
}

export interface CheckOptions {
  /** Reads what the policy imports; without it, an import is an error. */
  readonly load?: Load;
  readonly measure?: Measure;
  /** Systems that rules are wanted for; unsaid, Linux. */
  readonly systems?: readonly Os[];
}

/** Parses, takes in imports, binds names, runs the semantic checks and plans; each stage only where the one before found no error. */
export function read(source: Source, { load, measure, systems = ["linux"] }: CheckOptions = {}): Read {
  const stage = stopwatch(measure);
  const parsed = stage("parse", () => parse(source));
  const written = parsed.file;
  if (!written) return { sources: [], diagnostics: parsed.diagnostics };
  const { file, sources, diagnostics: taken } = stage("expand", () => expand(written, source, load));
  if (!file) return { sources, diagnostics: taken };
  const { policy, origins, diagnostics: bound } = stage("resolve", () => resolve(file));
  if (!policy) return { sources, diagnostics: bound };
  const found = stage("check", () => runChecks({ policy, origins, systems }));
  const diagnostics = [...bound, ...found];
  if (found.some(isError)) return { sources, diagnostics };
  const plans = stage("plan", () => systems.map((os) => plan(policy, os)));
  const [first] = plans;
  return { policy, origins, ...(first && { plan: first }), plans, file, sources, diagnostics };
}

/** All that `read` does, then the proof. */
export function check(source: Source, options: CheckOptions = {}): Checked {
  const known = read(source, options);
  const { policy, origins, plans, sources } = known;
  if (!policy || !origins || !plans) return known;
  const proved = stopwatch(options.measure)("prove", () => plans.map((planned) => prove(policy, origins, planned)));
  const broken = proved.flatMap((each) => each.diagnostics);
  const holds = (proved[0]?.holds ?? []).filter((code) => proved.every((each) => each.holds.includes(code)));
  const needless = stopwatch(options.measure)("look for what is superfluous", () =>
    superfluous(
      policy,
      origins,
      plans.map(({ os }) => os),
      known.diagnostics,
    ),
  );
  const diagnostics = [...known.diagnostics, ...broken, ...needless];
  return broken.some(isError) ? { sources, diagnostics } : { ...known, proofs: holds, diagnostics };
}
