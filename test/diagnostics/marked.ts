import type { Source, Span } from "../../src/diagnostics/span.ts";

/** A source with places marked as ⟦…⟧; the marks are taken out and returned as spans, in order. */
export function marked(text: string, file = "home.ksp"): { readonly source: Source; readonly spans: readonly Span[] } {
  const spans: Span[] = [];
  let clean = "";
  let start = 0;
  for (const part of text.split(/([⟦⟧])/)) {
    if (part === "⟦") start = clean.length;
    else if (part === "⟧") spans.push({ file, start, end: clean.length });
    else clean += part;
  }
  return { source: { file, text: clean }, spans };
}

/** The nth marked span. */
export function at(spans: readonly Span[], index: number): Span {
  const span = spans[index];
  if (!span) throw new Error(`the source has no mark number ${index}`);
  return span;
}
