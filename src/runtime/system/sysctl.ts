import { readFile, writeFile } from "node:fs/promises";
import type { Bundle } from "../../ir/bundle.ts";

const fileOf = (key: string): string => `/proc/sys/${key.replaceAll(".", "/")}`;

/** What was changed, so that it can be put back. */
export interface Changed {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** Raises the kernel's settings that the rules rely on; each that cannot be is a fault. */
export async function raiseSettings(
  settings: Bundle["settings"],
): Promise<{ readonly changed: readonly Changed[]; readonly faults: readonly string[] }> {
  const changed: Changed[] = [];
  const faults: string[] = [];
  for (const { key, atLeast, reason } of settings) {
    try {
      const before = (await readFile(fileOf(key), "utf8")).trim();
      if (Number(before) >= atLeast) continue;
      await writeFile(fileOf(key), `${atLeast}`);
      changed.push({ key, before, after: `${atLeast}` });
    } catch (error) {
      faults.push(`${key} cannot be set to ${atLeast} (${reason}): ${error instanceof Error ? error.message : error}`);
    }
  }
  return { changed, faults };
}

/** Puts back what nobody else has changed since. */
export async function restoreSettings(changed: readonly Changed[]): Promise<void> {
  for (const { key, before, after } of changed) {
    const now = await readFile(fileOf(key), "utf8").catch(() => "");
    if (now.trim() === after) await writeFile(fileOf(key), before).catch(() => {});
  }
}
