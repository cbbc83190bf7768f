import { run } from "./program.ts";

/** What systemd gives a service to be told by; elsewhere both are absent. */
export interface Manager {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
}

/**
 * Tells systemd that the daemon is ready, and then that it is alive, for as long as its events are handled: one that hangs is
 * killed and started anew, and the rules stay meanwhile.
 */
export function stayAlive({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: patience }: Manager): { readonly stop: () => void } {
  if (socket === undefined) return { stop: () => {} };
  const tell = (word: string): void => void run(["systemd-notify", word], { variables: { NOTIFY_SOCKET: socket } });
  tell("--ready");
  const every = Number(patience) / 1000 / 3;
  if (!(every >= 1)) return { stop: () => {} };
  const timer = setInterval(() => tell("WATCHDOG=1"), every);
  return { stop: () => clearInterval(timer) };
}
