import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep, win32 } from "node:path";
import type { Load } from "../ir/expand/load.ts";
import { megabytes } from "./input.ts";
import { reason } from "./reason.ts";

/** Reads what policies import: regular files inside the folder `root`, by a path relative to the file that names them. */
export function loader(root: string): Load {
  return (path, from) => {
    if (isAbsolute(path) || win32.isAbsolute(path))
      return { fault: "the path is absolute; write it relative to this file" };
    if (path.includes("\\")) return { fault: "folders are separated by `/`" };
    if (path.includes("\0")) return { fault: "a path holds no null character" };
    try {
      const inside = realpathSync(root);
      const folder = realpathSync(from.file === "-" ? "." : dirname(from.file));
      const outside = { fault: `it stands outside of \`${root}\`; --root names a wider folder` };
      // First by its name alone: whether a file outside exists is not told.
      if (!isInside(inside, resolve(folder, path))) return outside;
      const file = realpathSync(resolve(folder, path));
      return isInside(inside, file) ? read(file) : outside;
    } catch (error) {
      return { fault: reason(error) };
    }
  };
}

function read(path: string): ReturnType<Load> {
  const stat = statSync(path);
  if (stat.isDirectory()) return { fault: "it is a directory" };
  // Reading a pipe or a device may never end.
  if (!stat.isFile()) return { fault: "it is no regular file" };
  if (stat.size > megabytes * 1e6) return { fault: `it is larger than ${megabytes} MB` };
  const bytes = readFileSync(path);
  return isUtf8(bytes) ? { file: shown(path), text: bytes.toString() } : { fault: "it is not UTF-8 text" };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Short where the file is below the working folder, and one name however it is reached. */
function shown(path: string): string {
  const here = process.cwd();
  return isInside(realpathSync(here), path) ? join(relative(realpathSync(here), path)) : path;
}
