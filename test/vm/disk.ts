import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { environment } from "../lab/requirements.ts";
import type { Server } from "./provider.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const run = promisify(execFile);

/** Where the things of one machine are laid out, before they become a disk. */
export interface Layout {
  /** What becomes its `/opt`. */
  readonly opt: string;
  /** What is copied over its root at each boot. */
  readonly root: string;
  readonly servers: readonly [Server, Server];
}

/** Puts into a layout what a machine is to have beyond Debian. */
export type Furnish = (layout: Layout) => Promise<void>;

/** A file with a file system that is only read. */
export interface Disk {
  readonly file: string;
  readonly remove: () => Promise<void>;
}

/** Every machine has a program that floods, one that does what a test says, and the tunnels of `wg-quick`. */
export async function buildDisk(servers: Layout["servers"], furnish: Furnish): Promise<Disk> {
  const work = await mkdtemp(join(tmpdir(), "ksp-disk-"));
  const opt = join(work, "opt");
  const root = join(opt, "machine");
  await cp(join(here, "guest"), root, { recursive: true, verbatimSymlinks: true });
  await run("gcc", ["-O2", "-static", "-s", "-o", join(root, "usr/local/lib/machine/flood"), join(here, "flood.c")]);
  for (const server of servers) await write(root, `etc/wireguard/${server.interface}.conf`, server.configuration);
  await furnish({ opt, root, servers });
  const file = join(work, "ksp.ext4");
  await run("mke2fs", ["-q", "-t", "ext4", "-L", "ksp", "-O", "^has_journal", "-d", opt, file, "400M"], {
    env: environment,
  });
  await rm(opt, { recursive: true });
  return { file, remove: () => rm(work, { recursive: true, force: true }) };
}

export async function write(top: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(top, path)), { recursive: true });
  await writeFile(join(top, path), content);
}
