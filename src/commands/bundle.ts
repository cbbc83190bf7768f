import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { patch } from "./patch.ts";
import { isMissing, reason } from "./reason.ts";

/** The files of one policy, below their own directory. */
export interface Bundle {
  readonly directory: string;
  readonly files: ReadonlyMap<string, string>;
}

/** What a bundle may hold at its top although this compile does not write it: other targets, and what is told of them. */
const ofTarget = /^(nft|iptables|wfp|pf|(states|moves)(-(windows|macos))?\.(txt|diff))$/;

/**
 * Writes all bundles or none. They are complete in a staging directory beside their places before the first is moved;
 * no file system exchanges two directories in one step everywhere, so a crash between two renames leaves the old bundle
 * in staging.
 */
export async function writeBundles(output: string, bundles: readonly Bundle[]): Promise<readonly Diagnostic[]> {
  const foreign = (await Promise.all(bundles.map(foreignFile))).flat();
  if (foreign.length > 0) return foreign;
  const undo: (() => Promise<void>)[] = [];
  let staging: string | undefined;
  let current = output;
  try {
    await mkdir(output, { recursive: true });
    staging = await mkdtemp(join(output, ".ksp-"));
    for (const [index, { files }] of bundles.entries()) {
      for (const [path, text] of files) {
        current = join(staging, `new-${index}`, path);
        await mkdir(dirname(current), { recursive: true });
        await writeFile(current, text);
      }
    }
    for (const [index, { directory }] of bundles.entries()) {
      current = directory;
      const [fresh, old] = [join(staging, `new-${index}`), join(staging, `old-${index}`)];
      if (await moved(directory, old)) undo.unshift(() => rename(old, directory));
      await rename(fresh, directory);
      undo.unshift(() => rename(directory, fresh));
    }
  } catch (error) {
    const why = reason(error);
    for (const step of undo) await step();
    if (staging) await rm(staging, { recursive: true, force: true });
    return [diagnostic("KSP5004", { file: current, reason: why })];
  }
  // Only now: until every rename is done or undone, staging holds the one copy of what was there before.
  await rm(staging, { recursive: true, force: true });
  return [];
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A directory is replaced as a whole, so it must hold nothing but a bundle. */
async function foreignFile({ directory, files }: Bundle): Promise<readonly Diagnostic[]> {
  const own = new Set([...files.keys()].map((path) => path.split("/")[0]));
  try {
    if (!(await lstat(directory)).isDirectory()) {
      return [diagnostic("KSP5004", { file: directory, reason: "something else has this name" })];
    }
    const entry = (await readdir(directory)).toSorted().find((name) => !own.has(name) && !ofTarget.test(name));
    if (entry === undefined) return [];
    return [
      diagnostic(
        "KSP5006",
        { directory, entry },
        { notes: ["the whole directory would be replaced"], help: "move it away, or choose another directory" },
      ),
    ];
  } catch (error) {
    if (isMissing(error)) return [];
    return [diagnostic("KSP5004", { file: directory, reason: reason(error) })];
  }
}

/** Compares a bundle with what is on disk: a patch that would bring the disk up to date, and a diagnostic for each file. */
export async function compareBundle({
  directory,
  files,
}: Bundle): Promise<{ readonly patch: string; readonly diagnostics: readonly Diagnostic[] }> {
  let patches = "";
  const diagnostics: Diagnostic[] = [];
  try {
    const present = await filesBelow(directory);
    for (const path of [...new Set([...present, ...files.keys()])].toSorted()) {
      const file = join(directory, path);
      const before = present.has(path) ? await readFile(file, "utf8") : undefined;
      const after = files.get(path);
      if (before === after) continue;
      patches += patch(file, before, after);
      const code = before === undefined ? "KSP5008" : after === undefined ? "KSP5009" : "KSP5007";
      diagnostics.push(diagnostic(code, { file }, { help: "`ksp compile` without `--check` brings it up to date" }));
    }
  } catch (error) {
    diagnostics.push(diagnostic("KSP5001", { file: directory, reason: reason(error) }));
  }
  return { patch: patches, diagnostics };
}

/** Bundles in `output` beside the compiled ones: their policy is gone, or was not named. */
export async function otherBundles(output: string, compiled: readonly Bundle[]): Promise<readonly Diagnostic[]> {
  const own = new Set(compiled.map(({ directory }) => basename(directory)));
  try {
    const entries = await readdir(output, { withFileTypes: true });
    const others = entries
      .filter((entry) => entry.isDirectory() && !own.has(entry.name))
      .map(({ name }) => join(output, name));
    const bundles = await Promise.all(
      others.map(async (directory) => ((await filesBelow(directory)).has("bundle.json") ? [directory] : [])),
    );
    return bundles
      .flat()
      .toSorted()
      .map((file) => diagnostic("KSP5009", { file }, { help: "remove it, or name its policy among the others" }));
  } catch (error) {
    if (isMissing(error)) return [];
    return [diagnostic("KSP5001", { file: output, reason: reason(error) })];
  }
}

async function filesBelow(directory: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return new Set(files.map((entry) => relative(directory, join(entry.parentPath, entry.name))));
  } catch (error) {
    if (isMissing(error)) return new Set();
    throw error;
  }
}
