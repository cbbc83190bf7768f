import { type Diagnostic, diagnostic, isError } from "../diagnostics/diagnostic.ts";
import { format } from "../parser/format.ts";
import { readSources } from "./input.ts";
import { present } from "./output.ts";
import { type Rewrite, rewrite } from "./rewrite.ts";

/** `ksp fmt`: prints, checks or rewrites; nothing is printed or written where a file has an error. */
export async function fmt(
  files: readonly string[],
  options: { readonly check?: boolean; readonly write?: boolean },
): Promise<number> {
  const { sources, diagnostics } = await readSources(files);
  const found = [...diagnostics];
  const formatted: Rewrite[] = [];
  for (const source of sources) {
    const { text, diagnostics } = format(source);
    found.push(...diagnostics);
    if (text !== undefined) formatted.push({ source, text });
  }
  if (!found.some(isError)) {
    const changed = formatted.filter(({ source, text }) => source.text !== text);
    if (options.check) found.push(...(await stale(changed)));
    else if (options.write) found.push(...(await rewrite(changed)));
    else process.stdout.write(formatted.map(({ text }) => text).join(""));
  }
  return present({ diagnostics: found, sources }, "text", process.stderr);
}

async function stale(changed: readonly Rewrite[]): Promise<readonly Diagnostic[]> {
  if (changed.length === 0) return [];
  const { patch } = await import("./patch.ts");
  process.stdout.write(changed.map(({ source, text }) => patch(source.file, source.text, text)).join(""));
  return changed.map(({ source }) =>
    diagnostic("KSP5010", { file: source.file }, { help: "`ksp fmt --write` formats it" }),
  );
}
