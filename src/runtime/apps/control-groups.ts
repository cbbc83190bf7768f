import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Where version 2 is mounted: at the top, or in a folder of its own beside version 1. */
export async function controlGroupRoot(): Promise<string | undefined> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  return mountOf(mounts);
}

/** The last one lies above the others. */
export const mountOf = (mountinfo: string): string | undefined =>
  mountinfo
    .split("\n")
    .findLast((line) => / - cgroup2 /.test(line))
    ?.split(" ")[4];

/** Freezes or thaws a control group and all below it; whether the kernel did so within a second. */
export async function setFrozen(folder: string, isFrozen: boolean): Promise<boolean> {
  try {
    await writeFile(join(folder, "cgroup.freeze"), isFrozen ? "1" : "0");
    for (let tries = 0; tries < 100; tries++) {
      const events = await readFile(join(folder, "cgroup.events"), "utf8");
      if (events.includes(`frozen ${isFrozen ? 1 : 0}`)) return true;
      await pause(10);
    }
  } catch {
    // No such group, or a kernel without the freezer: the caller has another way.
  }
  return false;
}

/** The processes of a control group and of all below it; none where there is no such group. */
export async function processesIn(folder: string): Promise<readonly number[]> {
  try {
    const own = (await readFile(join(folder, "cgroup.procs"), "utf8")).split("\n").filter(Boolean).map(Number);
    const entries = await readdir(folder, { withFileTypes: true });
    const below = await Promise.all(
      entries.filter((entry) => entry.isDirectory()).map(({ name }) => processesIn(join(folder, name))),
    );
    return [...own, ...below.flat()];
  } catch {
    return [];
  }
}
