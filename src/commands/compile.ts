import { join } from "node:path";
import { compile as compileSource } from "../compile.ts";
import { type Diagnostic, diagnostic, isError } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import type { Target } from "../ir/targets.ts";
import { type Bundle, compareBundle, otherBundles, writeBundles } from "./bundle.ts";
import { type Format, isDocument } from "./formats.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { present, together } from "./output.ts";
import { table } from "./table.ts";

export interface CompileOptions {
  readonly output: string;
  readonly target?: readonly Target[];
  readonly egress?: readonly string[];
  readonly root?: string;
  readonly check?: boolean;
  readonly format: Format;
  readonly timings?: boolean;
}

/** `ksp compile`: writes every policy, or nothing where one has an error. */
export async function compile(files: readonly string[], options: CompileOptions): Promise<number> {
  const { sources, diagnostics } = await readSources(files);
  const found = [...diagnostics];
  const loaded: Source[] = [];
  const bundles = new Map<string, Bundle & { readonly source: string }>();
  const timings: (readonly [file: string, stage: string, time: string, memory: string])[] = [];
  for (const source of sources) {
    const measure = (stage: string, time: number, memory: number) =>
      timings.push([source.file, stage, `${time.toFixed(1)} ms`, `${memory.toFixed(1)} MB`]);
    const targets = options.target ?? ["nft"];
    const load = loader(options.root ?? folderOf(source.file));
    const { egress = [] } = options;
    const compiled = compileSource(source, { targets, egress, load, ...(options.timings && { measure }) });
    loaded.push(...compiled.sources);
    found.push(...compiled.diagnostics);
    if (compiled.name === undefined || !compiled.files) continue;
    const directory = join(options.output, compiled.name);
    const other = bundles.get(directory);
    if (other) found.push(diagnostic("KSP5005", { first: other.source, second: source.file, directory }));
    bundles.set(directory, { directory, files: compiled.files, source: source.file });
  }
  if (!found.some(isError)) found.push(...(await finish([...bundles.values()], options)));
  if (options.timings) process.stderr.write(table(timings));
  return present(
    together({ sources, diagnostics: found }, [{ sources: loaded, diagnostics: [] }]),
    options.format,
    process.stderr,
  );
}

async function finish(
  bundles: readonly Bundle[],
  { output, check, format }: CompileOptions,
): Promise<readonly Diagnostic[]> {
  const say = (text: string) => isDocument(format) || process.stdout.write(text);
  if (check) {
    const compared = await Promise.all(bundles.map(compareBundle));
    for (const [index, { patch, diagnostics }] of compared.entries()) {
      say(diagnostics.length === 0 ? `${bundles[index]?.directory}: up to date\n` : patch);
    }
    return [...compared.flatMap(({ diagnostics }) => diagnostics), ...(await otherBundles(output, bundles))];
  }
  const diagnostics = await writeBundles(output, bundles);
  if (diagnostics.length === 0)
    say(bundles.map(({ directory, files }) => `${directory}: ${files.size} files written\n`).join(""));
  return diagnostics;
}
