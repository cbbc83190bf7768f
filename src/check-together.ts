import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { Source } from "./diagnostics/span.ts";

/** What a source is told when others are checked with it: a fragment that one of them reads does not stand alone. */
export function alone(
  { source, diagnostics }: { readonly source: Source; readonly diagnostics: readonly Diagnostic[] },
  others: readonly { has(file: string): boolean }[],
): readonly Diagnostic[] {
  const isRead = others.some((read) => read.has(source.file));
  return isRead ? diagnostics.filter(({ code }) => code !== "KSP2069") : diagnostics;
}
