import { realpathSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { folderOf, type Input, readSources } from "./input.ts";
import { isInside } from "./load.ts";
import { reason } from "./reason.ts";

export interface Policies extends Input {
  /** What the imports of each may not leave: the directory that was named, or the policy's own. */
  readonly folders: ReadonlyMap<string, string>;
  /** How each was named, by its real path. */
  readonly names: ReadonlyMap<string, string>;
  /** Those that were found in a directory. */
  readonly found: ReadonlySet<string>;
  /** Whether a file was named, or lies in a directory that was. */
  readonly covers: (file: string) => boolean;
}

/** Reads the policies that are named and those below named directories, in this order and each once; `-` is standard input. */
export async function readPolicies(paths: readonly string[]): Promise<Policies> {
  const names = new Map<string, string>();
  const folders = new Map<string, string>();
  const found = new Set<string>();
  const directories: string[] = [];
  const inputs: Input[] = [];
  const take = async (files: readonly string[], folder?: string): Promise<void> => {
    const fresh = files.filter((file) => !names.has(realPath(file)));
    for (const file of fresh) {
      names.set(realPath(file), file);
      folders.set(file, folder ?? folderOf(file));
      if (folder !== undefined) found.add(file);
    }
    inputs.push(await readSources(fresh));
  };
  for (const path of paths) {
    if (!(await isDirectory(path))) {
      await take([path]);
      continue;
    }
    directories.push(realPath(path));
    const below = await filesBelow(path);
    if ("diagnostics" in below) inputs.push(below);
    else await take(below.files, path);
  }
  const covers = (file: string) =>
    names.has(realPath(file)) || directories.some((directory) => isInside(directory, realPath(file)));
  return { ...joined(inputs), folders, names, found, covers };
}

const joined = (inputs: readonly Input[]): Input => ({
  sources: inputs.flatMap(({ sources }) => sources),
  diagnostics: inputs.flatMap(({ diagnostics }) => diagnostics),
});

/** What cannot be asked is no directory: reading it will tell why. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    return path !== "-" && (await stat(path)).isDirectory();
  } catch (error) {
    reason(error);
    return false;
  }
}

/** Links are not followed: they may lead out, or round in a circle. */
async function filesBelow(directory: string): Promise<{ readonly files: readonly string[] } | Input> {
  const refused = (...diagnostics: Input["diagnostics"]): Input => ({ sources: [], diagnostics });
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ksp"))
      .map((entry) => join(entry.parentPath, entry.name));
    return files.length === 0 ? refused(nothingToCheck(directory)) : { files: files.toSorted() };
  } catch (error) {
    return refused(diagnostic("KSP5001", { file: directory, reason: reason(error) }));
  }
}

export const nothingToCheck = (directory: string) =>
  diagnostic("KSP5011", { directory }, { help: "name a policy, or another directory" });

/** Of a file that does not exist, the path where it would stand. */
function realPath(file: string): string {
  if (file === "-") return file;
  try {
    return realpathSync(file);
  } catch (error) {
    reason(error);
    return resolve(file);
  }
}
