import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { parse } from "../parser/parse.ts";
import { type Input, readSources } from "./input.ts";
import { reason } from "./reason.ts";

/** Reads the policies that are named and those below named directories, in this order; `-` is standard input. */
export async function readPolicies(paths: readonly string[]): Promise<Input> {
  const inputs: Input[] = [];
  for (const path of paths) inputs.push((await isDirectory(path)) ? await readFolder(path) : await readSources([path]));
  const byFile = new Map(inputs.flatMap(({ sources }) => sources).map((source) => [source.file, source]));
  return { sources: [...byFile.values()], diagnostics: inputs.flatMap(({ diagnostics }) => diagnostics) };
}

/** What cannot be asked is no directory: reading it will tell why. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    return path !== "-" && (await stat(path)).isDirectory();
  } catch (error) {
    reason(error);
    return false;
  }
}

/** Every policy below a directory, by name. A fragment is checked where a policy imports it, not alone. */
async function readFolder(directory: string): Promise<Input> {
  try {
    const input = await readSources(await filesBelow(directory));
    const sources = input.sources.filter((source) => !isFragment(source));
    if (sources.length > 0 || input.diagnostics.length > 0) return { ...input, sources };
    return {
      sources,
      diagnostics: [diagnostic("KSP5011", { directory }, { help: "name a policy, or another directory" })],
    };
  } catch (error) {
    return { sources: [], diagnostics: [diagnostic("KSP5001", { file: directory, reason: reason(error) })] };
  }
}

/** Links are not followed: they may lead out, or round in a circle. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ksp"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** One that cannot be parsed is read as a policy, so that its faults are told. */
const isFragment = (source: Source): boolean => parse(source).file?.type === "fragment";
