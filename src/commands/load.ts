import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep, win32 } from "node:path";
import type { Load } from "../ir/expand/load.ts";
import { megabytes } from "./input.ts";
import { reason } from "./reason.ts";

type Loaded = ReturnType<Load>;

/**
 * Reads what policies import: regular files inside the folder `root`, by a path relative to the file that names them.
 * `names` says how files were named by whom asked, by their real paths.
 */
export function loader(root: string, names: ReadonlyMap<string, string> = new Map()): Load {
  return (path, from) => {
    const fault = pathFault(path);
    if (fault !== undefined) return { fault };
    const inside = attempt(() => ({ file: realpathSync(root) }));
    if ("fault" in inside) return { fault: `the root \`${root}\`: ${inside.fault}` };
    return attempt(() => find(path, from.file, { root, inside: inside.file, names }));
  };
}

/** The same on every system, so that a policy that is good on one is good on all. */
function pathFault(path: string): string | undefined {
  if (path === "") return "the path is empty";
  if (isAbsolute(path) || win32.isAbsolute(path)) return "the path is absolute; write it relative to this file";
  if (path.includes("\\")) return "folders are separated by `/`";
  return path.includes("\0") ? "a path holds no null character" : undefined;
}

interface Limits {
  readonly root: string;
  /** The real path of `root`. */
  readonly inside: string;
  readonly names: ReadonlyMap<string, string>;
}

function find(path: string, from: string, { root, inside, names }: Limits): Loaded {
  const outside = { fault: `it stands outside of \`${root}\`; --root names a wider folder` };
  const named = resolve(realpathSync(from === "-" ? "." : dirname(from)), path);
  // By its name first: whether a file outside exists is not told.
  if (!isInside(inside, named)) return outside;
  const file = realpathSync(named);
  return isInside(inside, file) ? read(file, names.get(file)) : outside;
}

function read(path: string, name = shown(path)): Loaded {
  const stat = statSync(path);
  if (stat.isDirectory()) return { fault: "it is a directory" };
  // Reading a pipe or a device may never end.
  if (!stat.isFile()) return { fault: "it is no regular file" };
  if (stat.size > megabytes * 1e6) return { fault: `it is larger than ${megabytes} MB` };
  const bytes = readFileSync(path);
  return isUtf8(bytes) ? { file: name, text: bytes.toString() } : { fault: "it is not UTF-8 text" };
}

/** Short where the file is below the working folder; one name, however it is reached. */
function shown(path: string): string {
  const here = realpathSync(".");
  return isInside(here, path) ? relative(here, path) : path;
}

export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function attempt<T>(work: () => T): T | { readonly fault: string } {
  try {
    return work();
  } catch (error) {
    return { fault: reason(error) };
  }
}
