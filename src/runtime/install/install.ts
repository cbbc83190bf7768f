import { access, constants, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { env } from "node:process";
import { backends } from "../backends.ts";
import type { Loaded } from "../load-bundle.ts";
import { exists } from "../system/exists.ts";
import { complaint, run } from "../system/program.ts";
import { replaceFolder } from "../system/replace-folder.ts";
import { activeFolder, backendIn, closedFolder, daemonUnit, lockdownUnit } from "./units.ts";

export interface InstallOptions {
  readonly loaded: Loaded;
  /** The root of the system to install into; `/` is this one. */
  readonly root: string;
  /** How ksp is started: program and first arguments. */
  readonly command: readonly string[];
}

const unitFolder = "/etc/systemd/system";
/** The links are what `systemctl enable` makes; an image that is being built has no systemd to ask. */
const units = [
  { name: "ksp-lockdown.service", link: "sysinit.target.wants" },
  { name: "ksp.service", link: "multi-user.target.wants" },
] as const;

/** Puts the policy and its units in place and starts them; gives what was written, or why not. */
export async function install(
  options: InstallOptions,
): Promise<{ readonly written: readonly string[] } | { readonly fault: string }> {
  const { loaded, root, command } = options;
  const { backend } = loaded;
  const before = await installedBackend(root);
  if (before !== undefined && before !== backend.name)
    return {
      fault: `rules for ${before} are installed, and would stay in force beside those for ${backend.name}: \`ksp uninstall\` first`,
    };
  const missing = await firstMissing(backend.programs);
  if (missing !== undefined) return { fault: `there is no \`${missing}\` on this machine` };
  const [closed, lockdown] = await Promise.all(
    [closedFolder, join(activeFolder, backend.folder)].map((folder) => wholePath(backend.command(folder, "lockdown"))),
  );
  if (!closed || !lockdown) return { fault: "there is no program that would load the lockdown" };
  try {
    const active = join(root, activeFolder);
    await replaceFolder(active, loaded.files);
    const texts: readonly (readonly [path: string, text: string])[] = [
      [join(unitFolder, units[0].name), lockdownUnit(closed, lockdown)],
      [join(unitFolder, units[1].name), daemonUnit(command, backend.name)],
    ];
    await replaceFolder(join(root, closedFolder), backend.closed);
    for (const [path, text] of texts) await writeWhole(join(root, path), text);
    for (const { name, link } of units) await linkTo(join(root, unitFolder), link, name);
    const fault = await systemctl(root, ["daemon-reload"], ["restart", ...units.map(({ name }) => name)]);
    return fault === undefined
      ? { written: [active, join(root, closedFolder), ...texts.map(([path]) => join(root, path))] }
      : { fault };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : `${error}` };
  }
}

/** Stops the daemon and takes away what `install` put in place, the rules in the kernel last. */
export async function uninstall(root: string): Promise<string | undefined> {
  const stopped = await systemctl(root, ["stop", units[1].name]);
  if (stopped !== undefined) return stopped;
  const name = await installedBackend(root);
  const backend = backends.find((one) => one.name === name);
  const folder = join(root, activeFolder, backend?.folder ?? "");
  if (root === "/" && backend && (await exists(folder))) {
    const removed = await run(backend.command(folder, "uninstall"), { milliseconds: 60_000 });
    if (removed.status !== 0) return complaint(removed);
  }
  const links = units.map(({ name, link }) => join(unitFolder, link, name));
  for (const path of [...links, ...units.map(({ name }) => join(unitFolder, name)), closedFolder, activeFolder])
    await rm(join(root, path), { recursive: true, force: true });
  return systemctl(root, ["daemon-reload"]);
}

/** What the unit that is there guards with. */
const installedBackend = async (root: string): Promise<string | undefined> =>
  backendIn(await readFile(join(root, unitFolder, units[1].name), "utf8").catch(() => ""));

/** Where systemd runs this very system. */
async function systemctl(root: string, ...calls: readonly (readonly string[])[]): Promise<string | undefined> {
  if (root !== "/" || !(await exists("/run/systemd/system"))) return undefined;
  for (const call of calls) {
    // A little longer than the daemon's unit may take to start.
    const ran = await run(["systemctl", ...call], { milliseconds: 310_000 });
    if (ran.status !== 0) return complaint(ran);
  }
  return undefined;
}

async function linkTo(folder: string, link: string, name: string): Promise<void> {
  await mkdir(join(folder, link), { recursive: true });
  await rm(join(folder, link, name), { force: true });
  await symlink(`../${name}`, join(folder, link, name));
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** Units name programs by their whole path; undefined where it is not there. */
async function wholePath([program = "", ...args]: readonly string[]): Promise<readonly string[] | undefined> {
  const path = await programPath(program);
  return path === undefined ? undefined : [path, ...args];
}

async function firstMissing(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) if ((await programPath(program)) === undefined) return program;
  return undefined;
}

async function programPath(name: string): Promise<string | undefined> {
  const { PATH = "" } = env;
  for (const folder of [...PATH.split(":"), "/usr/sbin", "/sbin"]) {
    const path = join(folder, name);
    if (
      path.startsWith("/") &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  return undefined;
}
