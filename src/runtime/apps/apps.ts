import { join } from "node:path";
import type { App } from "../../ir/policy.ts";
import { controlGroup } from "../../net/control-group.ts";
import { controlGroupRoot, processesIn, setFrozen } from "./control-groups.ts";
import { processesOf, signalAll } from "./processes.ts";

/** How a pause was done; a rule protects with or without it, because a paused program's sockets may still send again. */
export type Means = "frozen" | "stopped" | "nothing runs";

/** Pauses the programs of an app, or lets them run. The freezer takes whole trees at once; signals are the last resort. */
export async function setPaused(app: Pick<App, "identity">, isPaused: boolean): Promise<Means> {
  const { linux } = app.identity;
  const root = await controlGroupRoot();
  if (linux?.kind === "slice" && root !== undefined) {
    const folder = join(root, controlGroup(linux.path));
    if (await setFrozen(folder, isPaused)) return "frozen";
    return signalUntilNoneIsNew(() => processesIn(folder), isPaused);
  }
  if ((linux?.kind === "user" || linux?.kind === "group") && linux.id !== undefined) {
    const { kind, id } = linux;
    return signalUntilNoneIsNew(() => processesOf({ kind, id }), isPaused);
  }
  return "nothing runs";
}

/** A program may start another one while it is being stopped. */
async function signalUntilNoneIsNew(list: () => Promise<readonly number[]>, isPaused: boolean): Promise<Means> {
  const done = new Set<number>();
  for (let rounds = 0; rounds < 20; rounds++) {
    const fresh = (await list()).filter((pid) => !done.has(pid));
    if (fresh.length === 0) break;
    signalAll(fresh, isPaused ? "SIGSTOP" : "SIGCONT");
    for (const pid of fresh) done.add(pid);
  }
  return done.size > 0 ? "stopped" : "nothing runs";
}
