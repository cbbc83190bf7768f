import { execFile } from "node:child_process";
import { chmod, cp, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { environment } from "../lab/requirements.ts";
import type { Furnish } from "./disk.ts";
import { oneHop, twoHops, writeRules } from "./policies.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Node, ksp as `npm install` puts it there, and compiled policies in `/opt/rules/<policy>`. */
export const withPackage: Furnish = async ({ opt, root, servers }) => {
  const bin = join(root, "usr/local/bin");
  await Promise.all([
    installNode(opt),
    installPackage(join(opt, "ksp")),
    ...[oneHop, twoHops].map((policy) => writeRules(join(opt, "rules"), policy(servers))),
    mkdir(bin, { recursive: true }),
  ]);
  for (const name of ["node", "ksp"]) await symlink(`/opt/bin/${name}`, join(bin, name));
};

async function installNode(opt: string): Promise<void> {
  await mkdir(join(opt, "bin"), { recursive: true });
  await cp(process.execPath, join(opt, "bin/node"));
  await symlink("../ksp/dist/cli.js", join(opt, "bin/ksp"));
}

/** What `npm pack` would publish, compiled now, with what it depends on beside it. */
async function installPackage(to: string): Promise<void> {
  const { PATH = "" } = environment;
  const env = { ...environment, PATH: `${join(checkout, "node_modules/.bin")}:${PATH}` };
  const work = join(dirname(to), "packed");
  await mkdir(work, { recursive: true });
  await run("npm", ["run", "build"], { cwd: checkout, env });
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", work], { cwd: checkout, env });
  const packed = (await readdir(work)).find((name) => name.endsWith(".tgz")) ?? "";
  await mkdir(to, { recursive: true });
  await run("tar", ["-xzf", join(work, packed), "-C", to, "--strip-components=1"]);
  await rm(work, { recursive: true });
  await chmod(join(to, "dist/cli.js"), 0o755);
  const lock: { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> } = JSON.parse(
    await readFile(join(checkout, "package-lock.json"), "utf8"),
  );
  for (const [path, { dev }] of Object.entries(lock.packages))
    if (path !== "" && !dev) await cp(join(checkout, path), join(to, path), { recursive: true });
}
