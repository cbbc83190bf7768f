import { type Diagnostic, isError } from "../diagnostics/diagnostic.ts";
import { renderGithub } from "../diagnostics/render-github.ts";
import { renderJson } from "../diagnostics/render-json.ts";
import { renderJunit } from "../diagnostics/render-junit.ts";
import { renderPlain } from "../diagnostics/render-plain.ts";
import { renderSarif } from "../diagnostics/render-sarif.ts";
import { renderText } from "../diagnostics/render-text.ts";
import { type Report, report } from "../diagnostics/report.ts";
import type { Source } from "../diagnostics/span.ts";
import { type DocumentFormat, type Format, isDocument } from "./formats.ts";
import { version } from "./version.ts";

/** What decides about colour: a terminal, and its owner's wish (no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR = "", TERM } = environment;
  return stream.isTTY === true && NO_COLOR === "" && TERM !== "dumb";
}

export interface Found {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
  /** How many policies were looked at, where there may be several. */
  readonly files?: number;
}

/** What was found about several policies: a file that two of them import, and each fault in it, counts once. */
export function together(first: Found, others: readonly Found[]): Found {
  const all = [first, ...others];
  const sources = new Map(all.flatMap((found) => found.sources).map((source) => [source.file, source]));
  const diagnostics = new Map(all.flatMap((found) => found.diagnostics).map((each) => [JSON.stringify(each), each]));
  return { sources: [...sources.values()], diagnostics: [...diagnostics.values()] };
}

/**
 * Prints what was found and returns the exit code. For people on `stream`, as a document on standard output; JSON has
 * the keys of `extra` before its own.
 */
export function present(
  found: Found,
  format: Format,
  stream: NodeJS.WriteStream,
  extra: Readonly<Record<string, unknown>> = {},
): number {
  const all = report(found.diagnostics, found.sources, found.files);
  if (isDocument(format)) process.stdout.write(document(all, format, extra));
  else stream.write(lines(all, format, wantsColour(stream, process.env)));
  return exitCode(found.diagnostics);
}

function document(all: Report, format: DocumentFormat, extra: Readonly<Record<string, unknown>>): string {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  switch (format) {
    case "json": {
      const { version, ...rest } = renderJson(all);
      return json({ version, ...extra, ...rest });
    }
    case "sarif":
      return json(
        renderSarif(all, { version: version(), docs: new URL("../../docs/diagnostics/", import.meta.url).href }),
      );
    case "junit":
      return renderJunit(all);
  }
}

function lines(all: Report, format: Exclude<Format, DocumentFormat>, colour: boolean): string {
  switch (format) {
    case "text":
      return renderText(all, { colour });
    case "plain":
      return renderPlain(all);
    case "github":
      return renderGithub(all);
  }
}

/** A file that cannot be read or written, and a daemon that is not there, are trouble with the call, not findings. */
const trouble: ReadonlySet<string> = new Set([
  "KSP5001",
  "KSP5004",
  "KSP5011",
  "KSP5050",
  "KSP5051",
  "KSP5052",
  "KSP5054",
  "KSP5055",
]);

function exitCode(diagnostics: readonly Diagnostic[]): number {
  if (diagnostics.some(({ code }) => trouble.has(code))) return 2;
  return diagnostics.some(isError) ? 1 : 0;
}
