import type { Edit } from "./diagnostic.ts";

/** Where an edit's text ended up. */
export interface Applied {
  readonly start: number;
  readonly end: number;
  readonly inserted: boolean;
}

/** Applies edits that do not overlap to the text of their one file, with its line ends, and tells where each new text stands. */
export function applyEdits(
  text: string,
  edits: readonly Edit[],
): { readonly text: string; readonly applied: readonly Applied[] } {
  const applied: Applied[] = [];
  let out = "";
  let done = 0;
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? "\n";
  for (const { span, text: plain } of edits.toSorted(
    (a, b) => a.span.start - b.span.start || a.span.end - b.span.end,
  )) {
    const replacement = plain.replace(/\r?\n/g, lineEnd);
    out += text.slice(done, span.start);
    applied.push({ start: out.length, end: out.length + replacement.length, inserted: span.start === span.end });
    out += replacement;
    done = span.end;
  }
  return { text: out + text.slice(done), applied };
}
