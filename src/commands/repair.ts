import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { fix, type Repair } from "../fix.ts";
import { rewrite } from "./rewrite.ts";

export interface Repaired {
  /** With their texts as they are now. */
  readonly sources: readonly Source[];
  readonly fixed: readonly (Repair & { readonly file: string })[];
  /** Files that could not be written. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `ksp check --fix`: rewrites files; the text of standard input goes to standard output. */
export async function repair(sources: readonly Source[]): Promise<Repaired> {
  const done = await Promise.all(sources.map(repairOne));
  return {
    sources: done.flatMap(({ sources }) => sources),
    fixed: done.flatMap(({ fixed }) => fixed),
    diagnostics: done.flatMap(({ diagnostics }) => diagnostics),
  };
}

async function repairOne(source: Source): Promise<Repaired> {
  const { file } = source;
  const { text, fixed } = fix(source);
  const after = { sources: [{ file, text }], fixed: fixed.map((one) => ({ file, ...one })), diagnostics: [] };
  if (file === "-") process.stdout.write(text);
  if (file === "-" || text === source.text) return after;
  const diagnostics = await rewrite(file, text);
  return diagnostics.length === 0 ? after : { sources: [source], fixed: [], diagnostics };
}
