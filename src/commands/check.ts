import { check as checkSource } from "../check.ts";
import { visible } from "../diagnostics/display.ts";
import type { Source } from "../diagnostics/span.ts";
import { findings } from "./findings.ts";
import { type Format, isDocument } from "./formats.ts";
import { folderOf } from "./input.ts";
import { loader } from "./load.ts";
import { present, together } from "./output.ts";
import { readPolicies } from "./policies.ts";
import { Progress } from "./progress.ts";

export interface CheckOptions {
  readonly root?: string;
  readonly format: Format;
  /** The day that `until` is held against, as an ISO date; unsaid, today. */
  readonly at?: string;
  readonly fix?: boolean;
}

/** `ksp check`: findings are the result, so they go to standard output, unless the fixed text of standard input does. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const { format, at = today(), fix = false } = options;
  const input = await readPolicies(paths);
  const load = ({ file }: Source) => loader(options.root ?? input.folders.get(file) ?? folderOf(file), input.names);
  const progress = new Progress(process.stderr);
  const judge: typeof checkSource = (source, how) => {
    progress.say(`fixing: ${source.file}`);
    return checkSource(source, how);
  };
  const repaired = fix
    ? await (await import("./repair.ts")).repair(input.sources, { load, judge, mayChange: input.covers })
    : undefined;
  const sources = repaired?.sources ?? input.sources;
  const results = sources.map((source, i) => {
    progress.say(`checking ${i + 1} of ${sources.length}: ${source.file}`);
    return { source, ...checkSource(source, { load: load(source) }) };
  });
  progress.end();

  const diagnostics = [...input.diagnostics, ...(repaired?.diagnostics ?? []), ...findings(results, input, at)];
  const read = results.map((each) => ({ sources: each.sources, diagnostics: [] }));
  const found = together({ sources, diagnostics }, read);
  const several = sources.length > 1;
  const stream = fix && paths.includes("-") ? process.stderr : process.stdout;
  const say = (lines: readonly string[]) =>
    isDocument(format) || stream.write(lines.map((line) => `${line}\n`).join(""));
  say(repaired?.lines ?? []);
  const { fixed, left } = repaired ?? {};
  const code = present({ ...found, ...(several && { files: sources.length }) }, format, stream, { fixed, left });
  if (code === 0 && !several) say(sources.map(({ file }) => visible(`${file}: no errors`)));
  else if (found.diagnostics.length === 0) say([`${sources.length} files, no errors`]);
  return code;
}

/** Of the machine's calendar: the library asks no clock. */
function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}
