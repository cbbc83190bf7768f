import { type Diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";
import { runChecks } from "./ir/checks/index.ts";
import type { Origins } from "./ir/origins.ts";
import type { Policy } from "./ir/policy.ts";
import { resolve } from "./ir/resolve/resolve.ts";
import { type Measure, stopwatch } from "./measure.ts";
import { parse } from "./parser/parse.ts";

export interface Checked {
  /** Both absent when there is an error. */
  readonly policy?: Policy;
  readonly origins?: Origins;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses, binds names and runs the semantic checks; each stage only where the one before found no error. */
export function check(source: Source, measure?: Measure): Checked {
  const stage = stopwatch(measure);
  const { file, diagnostics: syntax } = stage("parse", () => parse(source));
  if (!file) return { diagnostics: syntax };
  const { policy, origins, diagnostics: bound } = stage("resolve", () => resolve(file));
  if (!policy) return { diagnostics: [...syntax, ...bound] };
  const found = stage("check", () => runChecks({ policy, origins }));
  const diagnostics = [...syntax, ...bound, ...found];
  return found.some(isError) ? { diagnostics } : { policy, origins, diagnostics };
}
