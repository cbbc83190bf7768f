import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { parse } from "./parse.ts";
import { print } from "./printer.ts";

/** The canonical text of a source, or why it has none. */
export function format(source: Source): { readonly text?: string; readonly diagnostics: readonly Diagnostic[] } {
  const { file, diagnostics } = parse(source);
  return file ? { text: print(file), diagnostics } : { diagnostics };
}
