import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { reason } from "./reason.ts";

/** A file as it was read, and its new text. */
export interface Rewrite {
  readonly source: Source;
  readonly text: string;
}

/**
 * By way of new files, so that a full disk cannot cost the old text; owner, mode and links stay. None is put in place
 * before all are written.
 */
export async function rewrite(rewrites: readonly Rewrite[]): Promise<readonly Diagnostic[]> {
  const staged = await Promise.all(rewrites.map(stage));
  const fresh = staged.flatMap((each) => ("target" in each ? each : []));
  const refused = staged.flatMap((each) => ("target" in each ? [] : each));
  if (refused.length === 0) return (await Promise.all(fresh.map(put))).flat();
  await Promise.all(fresh.map(drop));
  return refused;
}

interface Staged {
  readonly file: string;
  readonly target: string;
  readonly fresh: string;
}

async function stage({ source: { file, text: before }, text }: Rewrite): Promise<Staged | Diagnostic> {
  let staged: Staged | undefined;
  try {
    const target = await realpath(file);
    const { mode, uid, gid } = await stat(target);
    if ((await readFile(target, "utf8")).replace(/^\ufeff/, "") !== before)
      return unwritable(file, "it has changed since it was read");
    staged = { file, target, fresh: `${target}.${process.pid}.ksp-new` };
    await writeFile(staged.fresh, text, { flag: "wx" });
    await chown(staged.fresh, uid, gid);
    await chmod(staged.fresh, mode);
    return staged;
  } catch (error) {
    const why = reason(error);
    if (staged) await drop(staged);
    return unwritable(file, why);
  }
}

async function put(staged: Staged): Promise<readonly Diagnostic[]> {
  try {
    await rename(staged.fresh, staged.target);
    return [];
  } catch (error) {
    const why = reason(error);
    await drop(staged);
    return [unwritable(staged.file, why)];
  }
}

const drop = ({ fresh }: Staged): Promise<void> => rm(fresh, { force: true });

const unwritable = (file: string, why: string): Diagnostic => diagnostic("KSP5004", { file, reason: why });
