import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compile } from "../../src/index.ts";
import { environment } from "../lab/requirements.ts";
import type { Server } from "./provider.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/**
 * What lies in `/opt` of a machine: Node, ksp as `npm install` puts it there, compiled policies in `rules/<policy>`; and in
 * `machine` what is copied over its root at each boot. A file with a file system that is only read.
 */
export async function buildDisk(
  policies: readonly string[],
  servers: readonly Server[],
): Promise<{ readonly file: string; readonly remove: () => Promise<void> }> {
  const work = await mkdtemp(join(tmpdir(), "ksp-disk-"));
  const top = join(work, "opt");
  await Promise.all([
    installNode(top),
    installPackage(work, join(top, "ksp")),
    ...policies.map((text) => writeRules(top, text)),
    layGuest(join(top, "machine"), servers),
  ]);
  const file = join(work, "ksp.ext4");
  await run("mke2fs", ["-q", "-t", "ext4", "-L", "ksp", "-O", "^has_journal", "-d", top, file, "400M"], {
    env: environment,
  });
  await rm(top, { recursive: true });
  return { file, remove: () => rm(work, { recursive: true, force: true }) };
}

async function installNode(top: string): Promise<void> {
  await mkdir(join(top, "bin"), { recursive: true });
  await cp(process.execPath, join(top, "bin/node"));
  await symlink("../ksp/dist/cli.js", join(top, "bin/ksp"));
}

/** A program that floods, one that does what a test says, and the tunnels of `wg-quick`. */
async function layGuest(machine: string, servers: readonly Server[]): Promise<void> {
  await cp(join(here, "guest"), machine, { recursive: true, verbatimSymlinks: true });
  await run("gcc", ["-O2", "-static", "-s", "-o", join(machine, "usr/local/lib/machine/flood"), join(here, "flood.c")]);
  await mkdir(join(machine, "usr/local/bin"), { recursive: true });
  for (const name of ["node", "ksp"]) await symlink(`/opt/bin/${name}`, join(machine, "usr/local/bin", name));
  for (const server of servers) await write(machine, `etc/wireguard/${server.interface}.conf`, server.configuration);
}

/** What `npm pack` would publish, compiled now, with what it depends on beside it. */
async function installPackage(work: string, to: string): Promise<void> {
  const { PATH = "" } = environment;
  const env = { ...environment, PATH: `${join(root, "node_modules/.bin")}:${PATH}` };
  await run("npm", ["run", "build"], { cwd: root, env });
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", work], { cwd: root, env });
  const packed = (await readdir(work)).find((name) => name.endsWith(".tgz")) ?? "";
  await mkdir(to, { recursive: true });
  await run("tar", ["-xzf", join(work, packed), "-C", to, "--strip-components=1"]);
  await chmod(join(to, "dist/cli.js"), 0o755);
  const lock: { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> } = JSON.parse(
    await readFile(join(root, "package-lock.json"), "utf8"),
  );
  for (const [path, { dev }] of Object.entries(lock.packages))
    if (path !== "" && !dev) await cp(join(root, path), join(to, path), { recursive: true });
}

async function writeRules(top: string, text: string): Promise<void> {
  const { name, files, diagnostics } = compile({ file: "machine.ksp", text }, { targets: ["nft", "iptables"] });
  if (name === undefined || !files) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  for (const [path, content] of files) await write(top, `rules/${name}/${path}`, content);
}

async function write(top: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(top, path)), { recursive: true });
  await writeFile(join(top, path), content);
}
