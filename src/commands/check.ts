import { check as checkSource } from "../check.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { visible } from "../diagnostics/display.ts";
import type { Source } from "../diagnostics/span.ts";
import { expiry } from "../ir/checks-at-date.ts";
import { type Format, isDocument } from "./formats.ts";
import { present } from "./output.ts";
import { readPolicies } from "./policies.ts";

export interface CheckOptions {
  readonly format: Format;
  /** The day that `until` is held against, as an ISO date; unsaid, today. */
  readonly at?: string;
  readonly fix?: boolean;
}

/** `ksp check`: findings are the result, so they go to standard output, unless the fixed text of standard input does. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const { format, at = today(), fix = false } = options;
  const input = await readPolicies(paths);
  const repaired = fix ? await (await import("./repair.ts")).repair(input.sources) : undefined;
  const sources = repaired?.sources ?? input.sources;
  const diagnostics = [
    ...input.diagnostics,
    ...(repaired?.diagnostics ?? []),
    ...sources.flatMap((source) => inspect(source, at)),
  ];
  const stream = fix && paths.includes("-") ? process.stderr : process.stdout;
  const say = (lines: readonly string[]) =>
    isDocument(format) || stream.write(lines.map((line) => `${line}\n`).join(""));
  say((repaired?.fixed ?? []).map(({ file, code, message }) => visible(`${file}: fixed ${code}: ${message}`)));
  const several = sources.length > 1;
  const found = { diagnostics, sources, ...(several && { files: sources.length }) };
  const code = present(found, format, stream, repaired && { fixed: repaired.fixed });
  if (code === 0 && !several) say(sources.map(({ file }) => visible(`${file}: no errors`)));
  else if (diagnostics.length === 0) say([`${sources.length} files, no errors`]);
  return code;
}

function inspect(source: Source, at: string): readonly Diagnostic[] {
  const { policy, origins, diagnostics } = checkSource(source);
  return policy && origins ? [...diagnostics, ...expiry(policy, origins, at)] : diagnostics;
}

/** Of the machine's calendar: the library asks no clock. */
function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}
