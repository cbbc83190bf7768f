import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { type Bundle, sha256 } from "../ir/bundle.ts";
import { readBundle } from "../ir/read-bundle.ts";
import { stateName } from "../ir/states.ts";
import { backends } from "./backends.ts";
import type { Backend } from "./firewall/backend.ts";
import { type Watched, watchedTunnels, watchFault } from "./probes/watch.ts";

export interface Loaded {
  readonly bundle: Bundle;
  /** The absolute folder that it was read from. */
  readonly folder: string;
  /** Of `bundle.json`, which holds those of all other files. */
  readonly digest: string;
  readonly files: ReadonlyMap<string, string>;
  /** Whose files of it are loaded. */
  readonly backend: Backend;
  readonly watched: readonly Watched[];
}

/**
 * Reads the folder of a policy that was compiled, for one backend, or for the first that it has files for. All of it is kept in
 * memory: what changes on the disk later counts for nothing.
 */
export async function loadBundle(path: string, wanted?: string): Promise<Loaded | { readonly fault: string }> {
  const files = new Map<string, string>();
  const fault = await readInto(files, path, ["bundle.json"]);
  if (fault !== undefined) return { fault };
  const listed = pathsOf(files.get("bundle.json") ?? "");
  const missing = await readInto(files, path, listed);
  const read = readBundle(files);
  if ("fault" in read) return { fault: missing ?? read.fault };
  const { bundle } = read;
  const backend = backends.find(
    ({ name, folder }) => (wanted === undefined || name === wanted) && bundle.targets.includes(folder),
  );
  if (!backend) {
    const target = wanted === undefined || wanted === "nft" ? "nft" : "iptables";
    const has = bundle.targets.join(" and ");
    return { fault: `it has rules for ${has}, none for ${wanted ?? "Linux"}: compile it with \`--target ${target}\`` };
  }
  const absent = backend.needed(bundle.states.map(stateName)).find((path) => !(path in bundle.files));
  if (absent !== undefined) return { fault: `${absent} is not part of it` };
  const unfit = backend.unfit(files);
  if (unfit !== undefined) return { fault: unfit };
  const watched = watchedTunnels(bundle);
  const unwatched = watchFault(watched);
  if (unwatched !== undefined) return { fault: unwatched };
  const digest = sha256(files.get("bundle.json") ?? "");
  return { bundle, folder: await realpath(path), digest, files, backend, watched };
}

/** Paths that leave the folder are no part of a bundle. */
function pathsOf(text: string): readonly string[] {
  try {
    const { files }: { readonly files?: unknown } = JSON.parse(text);
    const paths = typeof files === "object" && files !== null ? Object.keys(files) : [];
    return paths.filter((path) => !path.startsWith("/") && !path.split("/").includes(".."));
  } catch {
    return [];
  }
}

async function readInto(
  files: Map<string, string>,
  folder: string,
  paths: readonly string[],
): Promise<string | undefined> {
  for (const path of paths) {
    try {
      files.set(path, await readFile(join(folder, path), "utf8"));
    } catch (error) {
      return `${path} cannot be read: ${error instanceof Error && "code" in error ? error.code : error}`;
    }
  }
  return undefined;
}
