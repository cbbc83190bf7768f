import { check as checkSource } from "../check.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { type Format, present, together } from "./output.ts";

export interface CheckOptions {
  readonly root?: string;
  readonly format: Format;
}

/** `ksp check`: findings are the result, so they go to standard output. */
export async function check(files: readonly string[], options: CheckOptions): Promise<number> {
  const { sources, diagnostics } = await readSources(files);
  const load = loader(options.root ?? folderOf(files));
  const checked = sources.map((source) => checkSource(source, { load }));
  const code = present(together({ sources, diagnostics }, checked), options.format, process.stdout);
  if (code === 0 && options.format !== "json")
    process.stdout.write(sources.map(({ file }) => `${file}: no errors\n`).join(""));
  return code;
}
