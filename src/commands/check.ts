import { check as checkSource } from "../check.ts";
import { readSources } from "./input.ts";
import { type Format, present } from "./output.ts";

/** `ksp check`: findings are the result, so they go to standard output. */
export async function check(files: readonly string[], options: { readonly format: Format }): Promise<number> {
  const { sources, diagnostics } = await readSources(files);
  const found = [...diagnostics, ...sources.flatMap((source) => checkSource(source).diagnostics)];
  const code = present({ diagnostics: found, sources }, options.format, process.stdout);
  if (code === 0 && options.format !== "json")
    process.stdout.write(sources.map(({ file }) => `${file}: no errors\n`).join(""));
  return code;
}
