import { readdir, readFile } from "node:fs/promises";
import { kill, pid as self } from "node:process";

/** Who a process runs as, of /proc/PID/status. */
export function ownersOf(status: string): { readonly user: number; readonly group: number } | undefined {
  const user = /^Uid:\t(\d+)/m.exec(status)?.[1];
  const group = /^Gid:\t(\d+)/m.exec(status)?.[1];
  return user === undefined || group === undefined ? undefined : { user: Number(user), group: Number(group) };
}

/** All processes of a user or a group, but this one and the first. */
export async function processesOf(owner: {
  readonly kind: "user" | "group";
  readonly id: number;
}): Promise<readonly number[]> {
  const names = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const owners = ownersOf(await readFile(`/proc/${name}/status`, "utf8").catch(() => ""));
      return owners?.[owner.kind] === owner.id ? Number(name) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined && pid !== self && pid !== 1).map(Number);
}

/** Sends a signal; a process that has ended meanwhile needs none. */
export function signalAll(pids: readonly number[], signal: "SIGSTOP" | "SIGCONT"): void {
  for (const pid of pids) {
    try {
      kill(pid, signal);
    } catch {
      // ended
    }
  }
}
