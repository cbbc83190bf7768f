import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { applyEdits } from "../diagnostics/edits.ts";
import type { Source } from "../diagnostics/span.ts";

/** In longer texts trying every fix would take too long. */
const LONGEST = 200_000;

/** The fault without its help, unless that help's edits were tried and leave no fault on their line up to their end. */
export function withSureFix(
  source: Source,
  fault: Diagnostic,
  faultsOf: (text: string) => readonly Diagnostic[],
): Diagnostic {
  const { help, ...rest } = fault;
  if (help === undefined || help.edits.length === 0) return fault;
  if (source.text.length > LONGEST) return rest;
  const { text, applied } = applyEdits(source.text, help.edits);
  const first = Math.min(...applied.map(({ start }) => start));
  const last = Math.max(...applied.map(({ end }) => end));
  const line = text.lastIndexOf("\n", first - 1) + 1;
  const left = faultsOf(text).some(
    ({ primary }) => primary && primary.span.start >= line && primary.span.start <= last,
  );
  return left ? rest : fault;
}
