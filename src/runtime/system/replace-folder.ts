import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exists } from "./exists.ts";

/** Puts whole files in the place of a folder. A crash between the two renames leaves no folder. */
export async function replaceFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}.new-`);
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(fresh, path)), { recursive: true });
      await writeFile(join(fresh, path), text);
    }
    await chmod(fresh, 0o755);
  } catch (error) {
    // A full disk: what was there stays, and has its room again.
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  const old = `${folder}.old`;
  await rm(old, { recursive: true, force: true });
  if (await exists(folder)) await rename(folder, old);
  await rename(fresh, folder);
  await rm(old, { recursive: true, force: true });
}
