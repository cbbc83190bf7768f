import { chmod, chown, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { type Diagnostic, diagnostic, isError } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { format } from "../parser/format.ts";
import { readSources } from "./input.ts";
import { present } from "./output.ts";
import { reason } from "./reason.ts";

/** `ksp fmt`: prints, checks or rewrites; nothing is printed or written where a file has an error. */
export async function fmt(
  files: readonly string[],
  options: { readonly check?: boolean; readonly write?: boolean },
): Promise<number> {
  const { sources, diagnostics } = await readSources(files);
  const found = [...diagnostics];
  const formatted: Formatted[] = [];
  for (const source of sources) {
    const { text, diagnostics } = format(source);
    found.push(...diagnostics);
    if (text !== undefined) formatted.push({ source, text });
  }
  if (!found.some(isError)) {
    const changed = formatted.filter(({ source, text }) => source.text !== text);
    if (options.check) found.push(...(await stale(changed)));
    else if (options.write) found.push(...(await Promise.all(changed.map(rewrite))).flat());
    else process.stdout.write(formatted.map(({ text }) => text).join(""));
  }
  return present({ diagnostics: found, sources }, "text", process.stderr);
}

interface Formatted {
  readonly source: Source;
  readonly text: string;
}

async function stale(changed: readonly Formatted[]): Promise<readonly Diagnostic[]> {
  if (changed.length === 0) return [];
  const { patch } = await import("./patch.ts");
  process.stdout.write(changed.map(({ source, text }) => patch(source.file, source.text, text)).join(""));
  return changed.map(({ source }) =>
    diagnostic("KSP5010", { file: source.file }, { help: "`ksp fmt --write` formats it" }),
  );
}

/** By way of a new file, so that a full disk cannot cost the old text; owner, mode and links stay. */
async function rewrite({ source: { file }, text }: Formatted): Promise<readonly Diagnostic[]> {
  let fresh: string | undefined;
  try {
    const target = await realpath(file);
    const { mode, uid, gid } = await stat(target);
    fresh = `${target}.${process.pid}.ksp-fmt`;
    await writeFile(fresh, text, { flag: "wx" });
    await chown(fresh, uid, gid);
    await chmod(fresh, mode);
    await rename(fresh, target);
    return [];
  } catch (error) {
    const why = reason(error);
    if (fresh) await rm(fresh, { force: true });
    return [diagnostic("KSP5004", { file, reason: why })];
  }
}
