import { readdir } from "node:fs/promises";
import { run } from "./system/program.ts";

/**
 * Shows a message on the desktop of everybody who is logged in at one. The daemon is root and a desktop listens to its own
 * user only, so each is told as that user. A machine without `notify-send` or a desktop has its log.
 */
export async function notifyDesktops(title: string, text: string): Promise<void> {
  const users = (await readdir("/run/user").catch(() => [])).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    users.map((user) => {
      const as = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
      const bus = `DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${user}/bus`;
      const show = ["notify-send", "--app-name=ksp", "--urgency=critical", "--", title, text];
      return run([...as, "env", bus, ...show], { milliseconds: 5_000 });
    }),
  );
}
