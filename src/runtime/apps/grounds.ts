import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../system/exists.ts";

/** Where rules look for control groups. */
const root = "/sys/fs/cgroup";

/**
 * Makes the control groups that rules speak of: the kernel loads no rule about one that is not there. It remembers their
 * numbers instead of their names, so one that was removed and made again is another one, which no rule matches: what this
 * gives is then another text.
 */
export async function layGroups(named: readonly string[]): Promise<string> {
  const groups = new Set(named);
  if (groups.size === 0 || !(await exists(join(root, "cgroup.procs")))) return "";
  const numbers = [...groups].map(async (group) => {
    const folder = join(root, group);
    try {
      await mkdir(folder, { recursive: true });
      return `${group} ${(await stat(folder)).ino}`;
    } catch {
      return `${group} cannot be made`; // the load tells
    }
  });
  return (await Promise.all(numbers)).join("\n");
}
