import { type Diagnostic, isError } from "../diagnostics/diagnostic.ts";
import { renderJson } from "../diagnostics/render-json.ts";
import { renderPlain } from "../diagnostics/render-plain.ts";
import { renderText } from "../diagnostics/render-text.ts";
import { report } from "../diagnostics/report.ts";
import type { Source } from "../diagnostics/span.ts";

export type Format = "text" | "plain" | "json";

/** What decides about colour: a terminal, and its owner's wish (no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR = "", TERM } = environment;
  return stream.isTTY === true && NO_COLOR === "" && TERM !== "dumb";
}

export interface Found {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
}

/** What was found about several policies: a file that two of them import, and each fault in it, counts once. */
export function together(first: Found, others: readonly Found[]): Found {
  const all = [first, ...others];
  const sources = new Map(all.flatMap((found) => found.sources).map((source) => [source.file, source]));
  const diagnostics = new Map(all.flatMap((found) => found.diagnostics).map((each) => [JSON.stringify(each), each]));
  return { sources: [...sources.values()], diagnostics: [...diagnostics.values()] };
}

/**
 * Prints what was found and returns the exit code. For people on `stream`; JSON always on standard output, findings or
 * not, with the keys of `extra` before them.
 */
export function present(
  found: Found,
  format: Format,
  stream: NodeJS.WriteStream,
  extra: Readonly<Record<string, unknown>> = {},
): number {
  const all = report(found.diagnostics, found.sources);
  if (format === "json") {
    const { version, ...rest } = renderJson(all);
    process.stdout.write(`${JSON.stringify({ version, ...extra, ...rest }, undefined, 2)}\n`);
  } else {
    stream.write(format === "plain" ? renderPlain(all) : renderText(all, { colour: wantsColour(stream, process.env) }));
  }
  return exitCode(found.diagnostics);
}

/** A file that cannot be read or written is trouble with the call, not a finding about a policy. */
function exitCode(diagnostics: readonly Diagnostic[]): number {
  if (diagnostics.some(({ code }) => code === "KSP5001" || code === "KSP5004")) return 2;
  return diagnostics.some(isError) ? 1 : 0;
}
