import { check as checkSource, read } from "../check.ts";
import { isError } from "../diagnostics/diagnostic.ts";
import { visible } from "../diagnostics/display.ts";
import type { Source } from "../diagnostics/span.ts";
import { systemsOf, type Target } from "../ir/targets.ts";
import { type Baseline, baselineOf, within as holdWithin } from "../within.ts";
import { findings } from "./findings.ts";
import { type Format, isDocument } from "./formats.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { type Found, present, together } from "./output.ts";
import { readPolicies } from "./policies.ts";
import { Progress } from "./progress.ts";

export interface CheckOptions {
  readonly root?: string;
  readonly format: Format;
  /** The day that `until` is held against, as an ISO date; unsaid, today. */
  readonly at?: string;
  readonly fix?: boolean;
  /** The baseline: nothing may pass that it does not allow. */
  readonly within?: string;
  /** Unsaid, policies are judged as on Linux, whatever a firewall there can say. */
  readonly target?: readonly Target[];
}

/** `ksp check`: findings are the result, so they go to standard output, unless the fixed text of standard input does. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const { format, at = today(), fix = false } = options;
  const input = await readPolicies(paths);
  const load = ({ file }: Source) => loader(options.root ?? input.folders.get(file) ?? folderOf(file), input.names);
  const progress = new Progress(process.stderr);
  const judge = await judgeFor(options.target);
  const judgeFix: typeof checkSource = (source, how) => {
    progress.say(`fixing: ${source.file}`);
    return judge(source, how);
  };
  const repaired = fix
    ? await (await import("./repair.ts")).repair(input.sources, { load, judge: judgeFix, mayChange: input.covers })
    : undefined;
  const sources = repaired?.sources ?? input.sources;
  const baseline = await readBaseline(options);
  const results = sources.map((source, i) => {
    progress.say(`checking ${i + 1} of ${sources.length}: ${source.file}`);
    const checked = judge(source, { load: load(source) });
    const beyond = baseline.policy ? holdWithin(checked, baseline.policy) : [];
    return { source, ...checked, diagnostics: [...checked.diagnostics, ...beyond] };
  });
  progress.end();

  const diagnostics = [...input.diagnostics, ...(repaired?.diagnostics ?? []), ...findings(results, input, at)];
  const others = results.map((each) => ({ sources: each.sources, diagnostics: [] }));
  const found = together({ sources, diagnostics }, [...others, baseline]);
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

/** What firewalls can say is loaded where some are named. */
async function judgeFor(targets: readonly Target[] | undefined): Promise<typeof checkSource> {
  if (!targets) return checkSource;
  const { checkFor } = await import("../check-for.ts");
  return (source, options) => checkFor(source, { ...options, targets });
}

/** With what is wrong with it: then nothing can be held against it. */
async function readBaseline({ within, root, target }: CheckOptions): Promise<Found & { readonly policy?: Baseline }> {
  if (within === undefined) return { sources: [], diagnostics: [] };
  const { sources, diagnostics } = await readSources([within]);
  const [source] = sources;
  if (!source) return { sources, diagnostics };
  const systems = target && { systems: systemsOf(target) };
  const found = read(source, { load: loader(root ?? folderOf(within)), ...systems });
  const policy = baselineOf(within, found);
  return {
    sources: [source, ...found.sources],
    diagnostics: found.diagnostics.filter(isError),
    ...(policy && { policy }),
  };
}

/** Of the machine's calendar: the library asks no clock. */
function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}
