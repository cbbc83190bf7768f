import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "../../ir/policy.ts";
import { controlGroup } from "../../net/control-group.ts";
import { exists } from "../system/exists.ts";
import { run } from "../system/program.ts";
import { controlGroupRoot } from "./control-groups.ts";

/** Who asked, where `sudo` tells. */
export interface Caller {
  readonly user?: string;
  readonly group?: string;
}

/**
 * The words that start a command as an app, from its first moment: sockets that were opened before are not the app's. In a
 * control group it runs as whoever called `sudo`, never as root where there is somebody else.
 */
export async function placeInto(
  identity: Identity | undefined,
  command: readonly string[],
  { user, group }: Caller,
): Promise<{ readonly argv: readonly string[] } | { readonly fault: string }> {
  const asCaller = user === undefined ? [] : [...asUser(user, group ?? user), "--init-groups", "--"];
  switch (identity?.kind) {
    case "user": {
      if (identity.id === undefined) break;
      const [, , , primary] = (await run(["getent", "passwd", `${identity.id}`])).stdout.trim().split(":");
      const groups = primary === undefined ? "--clear-groups" : "--init-groups";
      return { argv: [...asUser(`${identity.id}`, primary ?? `${identity.id}`), groups, "--", ...command] };
    }
    case "group":
      if (identity.id === undefined) break;
      return { argv: [...asUser(user ?? "0", `${identity.id}`), "--clear-groups", "--", ...command] };
    case "slice":
      return placeIntoSlice(identity.path, [...asCaller, ...command]);
  }
  return { fault: "it is no user, group or slice on Linux" };
}

const asUser = (user: string, group: string): readonly string[] => ["setpriv", `--reuid=${user}`, `--regid=${group}`];

/** systemd does not take what it did not make, so it makes the scope where it runs. */
async function placeIntoSlice(
  path: string,
  command: readonly string[],
): Promise<{ readonly argv: readonly string[] } | { readonly fault: string }> {
  if (!path.includes("/") && (await exists("/run/systemd/system")))
    return { argv: ["systemd-run", "--scope", "--quiet", "--collect", `--slice=${path}`, "--", ...command] };
  const root = await controlGroupRoot();
  if (root === undefined) return { fault: "this machine has no control groups of version 2" };
  const folder = join(root, controlGroup(path));
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return { fault: error instanceof Error ? error.message : `${error}` };
  }
  return { argv: ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', folder, ...command] };
}
