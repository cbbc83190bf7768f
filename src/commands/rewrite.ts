import { chmod, chown, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { reason } from "./reason.ts";

/**
 * Writes all files or none: by way of new files beside them, so that a full disk cannot cost an old text, and renamed
 * when all are written. Owner, mode and links stay.
 */
export async function rewrite(files: readonly Source[]): Promise<readonly Diagnostic[]> {
  const written: { readonly fresh: string; readonly target: string }[] = [];
  const attempt = async (file: string, work: () => Promise<void>): Promise<readonly Diagnostic[]> => {
    try {
      await work();
      return [];
    } catch (error) {
      return [diagnostic("KSP5004", { file, reason: reason(error) })];
    }
  };
  const faults: Diagnostic[] = [];
  for (const { file, text } of files)
    faults.push(
      ...(await attempt(file, async () => {
        const target = await realpath(file);
        const { mode, uid, gid } = await stat(target);
        const fresh = `${target}.${process.pid}.ksp-new`;
        written.push({ fresh, target });
        await writeFile(fresh, text, { flag: "wx" });
        await chown(fresh, uid, gid);
        await chmod(fresh, mode);
      })),
    );
  for (const { fresh, target } of faults.length === 0 ? written : [])
    faults.push(...(await attempt(target, () => rename(fresh, target))));
  for (const { fresh } of faults.length === 0 ? [] : written) await rm(fresh, { force: true });
  return faults;
}
