import type { Position } from "./lines.ts";
import type { Report } from "./report.ts";
import type { Span } from "./span.ts";

/** Lines and columns are 1-based, offsets 0-based; columns and offsets count UTF-16 code units. */
interface JsonPosition extends Position {
  readonly offset: number;
}
/** `end` is the first place behind. Both are null where the text of the file is unknown. */
interface JsonRange {
  readonly file: string;
  readonly start: JsonPosition | null;
  readonly end: JsonPosition | null;
}
interface JsonDiagnostic {
  readonly code: string;
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** `file`, `start`, `end` and `label` are null for a fault without a place. */
  readonly file: string | null;
  readonly start: JsonPosition | null;
  readonly end: JsonPosition | null;
  readonly label: string | null;
  readonly secondary: readonly (JsonRange & { readonly text: string })[];
  readonly notes: readonly string[];
  readonly help: { readonly text: string; readonly edits: readonly (JsonRange & { readonly text: string })[] } | null;
}
/** `--format json`. Keys are always present; a key can be added within version 1, never removed or given another meaning. */
export interface JsonReport {
  readonly version: 1;
  readonly diagnostics: readonly JsonDiagnostic[];
  readonly errors: number;
  readonly warnings: number;
}

/** The form for programs: all diagnostics, not only the first ones. */
export function renderJson({ diagnostics, errors, warnings, lines }: Report): JsonReport {
  const range = ({ file, start, end }: Span): JsonRange => {
    const position = (offset: number): JsonPosition | null => {
      const found = lines.get(file)?.position(offset);
      return found ? { ...found, offset } : null;
    };
    return { file, start: position(start), end: position(end) };
  };
  return {
    version: 1,
    diagnostics: diagnostics.map(({ code, name, severity, message, primary, secondary, notes, help }) => ({
      code,
      name,
      severity,
      message,
      ...(primary ? range(primary.span) : { file: null, start: null, end: null }),
      label: primary?.text ?? null,
      secondary: secondary.map(({ span, text }) => ({ ...range(span), text })),
      notes,
      help: help ? { text: help.text, edits: help.edits.map(({ span, text }) => ({ ...range(span), text })) } : null,
    })),
    errors,
    warnings,
  };
}
