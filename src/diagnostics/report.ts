import { type Diagnostic, isError } from "./diagnostic.ts";
import { Lines } from "./lines.ts";
import type { Source } from "./span.ts";

/** More than this is not read by anyone; the rest is counted. */
const limit = 20;

/** What every format prints: diagnostics by position, and how many there are. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  /** The first of them, errors before warnings, for formats that people read. */
  readonly shown: readonly Diagnostic[];
  readonly errors: number;
  readonly warnings: number;
  /** How many files were looked at, where that is to be said. */
  readonly files?: number;
  /** Of each source, by the name that spans use. */
  readonly lines: ReadonlyMap<string, Lines>;
}

/** Files stand in the order of `sources`; a diagnostic without a place comes first. */
export function report(diagnostics: readonly Diagnostic[], sources: readonly Source[], checked?: number): Report {
  const files = sources.map((source) => source.file);
  const place = ({ primary }: Diagnostic): readonly [number, number, number] =>
    primary ? [files.indexOf(primary.span.file), primary.span.start, primary.span.end] : [-2, 0, 0];
  const sorted = diagnostics.toSorted((a, b) => {
    const [fileA, startA, endA] = place(a);
    const [fileB, startB, endB] = place(b);
    return fileA - fileB || startA - startB || endA - endB || a.code.localeCompare(b.code);
  });
  const errors = sorted.filter(isError);
  const chosen = new Set([...errors, ...sorted.filter((diagnostic) => !isError(diagnostic))].slice(0, limit));
  return {
    diagnostics: sorted,
    shown: sorted.filter((diagnostic) => chosen.has(diagnostic)),
    errors: errors.length,
    warnings: sorted.length - errors.length,
    ...(checked !== undefined && { files: checked }),
    lines: new Map(sources.map((source) => [source.file, new Lines(source.text)])),
  };
}

const count = (n: number, word: string): string => (n === 0 ? "" : `${n} ${word}${n === 1 ? "" : "s"}`);

/** The closing lines for people: `… and 3 more` and `12 files, 21 errors, 2 warnings`. */
export function summary({ diagnostics, shown, errors, warnings, files = 0 }: Report): readonly string[] {
  const more = diagnostics.length - shown.length;
  const counts = [count(files, "file"), count(errors, "error"), count(warnings, "warning")];
  return [...(more > 0 ? [`… and ${more} more`] : []), counts.filter((part) => part !== "").join(", ")];
}
