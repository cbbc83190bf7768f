import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes compiled files, by their paths, as `ksp compile` does. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string> = new Map()): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
