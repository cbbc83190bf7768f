import { chmod, chown, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { reason } from "./reason.ts";

/** By way of a new file, so that a full disk cannot cost the old text; owner, mode and links stay. */
export async function rewrite(file: string, text: string): Promise<readonly Diagnostic[]> {
  let fresh: string | undefined;
  try {
    const target = await realpath(file);
    const { mode, uid, gid } = await stat(target);
    fresh = `${target}.${process.pid}.ksp-new`;
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
