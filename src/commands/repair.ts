import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { shown, visible } from "../diagnostics/display.ts";
import type { Source } from "../diagnostics/span.ts";
import { type Fixed, type FixOptions, fix } from "../fix.ts";
import { patch } from "./patch.ts";
import { rewrite } from "./rewrite.ts";

export interface Repaired extends Pick<Fixed, "fixed" | "left"> {
  /** With their texts as they are now. */
  readonly sources: readonly Source[];
  /** What was done and what not, for people. */
  readonly lines: readonly string[];
  /** Files that could not be written. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `ksp check --fix`: rewrites files; the text of standard input goes to standard output. */
export async function repair(sources: readonly Source[], options: FixOptions): Promise<Repaired> {
  const { changed, fixed, left } = fix(sources, options);
  const texts = new Map(changed.map(({ file, text }) => [file, text]));
  const now = sources.map((source) => ({ ...source, text: texts.get(source.file) ?? source.text }));
  const onDisk = changed.filter(({ file }) => file !== "-");
  const diagnostics = await rewrite(onDisk.map(({ file, before, text }) => ({ source: { file, text: before }, text })));
  const input = (diagnostics.length === 0 ? now : sources).find(({ file }) => file === "-");
  if (input) process.stdout.write(input.text);
  if (diagnostics.length > 0) return { sources, fixed: [], left: [], lines: [], diagnostics };
  const lines = [
    ...fixed.map(({ file, code, message }) => visible(`${file}: fixed ${code}: ${message}`)),
    ...left.map(({ file, code, message, why }) => visible(`${file}: not fixed ${code}: ${message}: ${why}`)),
    ...onDisk.flatMap(({ file, before, text }) => patch(file, before, text).trimEnd().split("\n").map(shown)),
  ];
  return { sources: now, fixed, left, lines, diagnostics };
}
