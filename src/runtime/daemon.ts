import { env, geteuid } from "node:process";
import { loadedBeside } from "./backends.ts";
import { takeLock } from "./control/lock.ts";
import { Remembered } from "./control/run-folder.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Loaded } from "./load-bundle.ts";
import type { Entry } from "./recent.ts";
import { Succession } from "./succession.ts";
import { stayAlive } from "./system/service-manager.ts";

export interface DaemonOptions {
  readonly loaded: Loaded;
  readonly folder: string;
  readonly log: (entry: Entry) => void;
  /** A person must know. */
  readonly alert: (diagnosis: Diagnosis) => void;
}

export interface Daemon {
  /** Settles when it has ended; with a reason where nobody asked for it. */
  readonly ended: Promise<string | undefined>;
  /** Closes, and ends. The rules stay. */
  readonly stop: () => void;
}

/** Starts to guard. A second daemon is refused. */
export async function startDaemon({ folder, ...options }: DaemonOptions): Promise<Daemon | { readonly fault: string }> {
  if (geteuid?.() !== 0) return { fault: "only root can switch the rules" };
  const beside = await loadedBeside(options.loaded.backend);
  if (beside !== undefined)
    return {
      fault: `rules of ksp for ${beside} are in the kernel, and nobody would open what they refuse: take them away with the \`uninstall\` of that bundle, or guard with \`--backend ${beside}\``,
    };
  const remembered = new Remembered(folder);
  try {
    await remembered.open();
  } catch (error) {
    return { fault: reasonOf(error) };
  }
  const succession = new Succession({ ...options, remembered });
  // Another daemon may begin now; closed is what it begins with.
  const lock = await takeLock(remembered.path("lock"), () => {
    const text = "the lock of the daemon was lost";
    options.log({ level: "error", event: "lock", text });
    succession.stop(text);
  });
  if (!lock) return { fault: "another daemon runs already" };
  void succession.ended.then(lock.release);
  try {
    await succession.start();
  } catch (error) {
    succession.end(reasonOf(error));
    return { fault: reasonOf(error) };
  }
  const alive = stayAlive(env);
  void succession.ended.then(alive.stop);
  return { ended: succession.ended, stop: () => succession.stop() };
}

/** Such as a full disk. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);
