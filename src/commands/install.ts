import { realpathSync } from "node:fs";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { install as installPolicy, uninstall as uninstallPolicy } from "../runtime/install/install.ts";
import { loadBundle } from "../runtime/load-bundle.ts";
import { present } from "./output.ts";
import { type BackendOption, unfit } from "./run.ts";

/** `ksp install`: this machine boots closed, and guards with this policy. */
export async function install(
  folder: string,
  { root, backend }: { readonly root: string } & BackendOption,
): Promise<number> {
  const loaded = await loadBundle(folder, backend);
  if ("fault" in loaded) return unfit(folder, loaded.fault);
  // A link in /usr/local/bin may go with the next version; the program itself is named.
  const command = [process.execPath, realpathSync(process.argv[1] ?? "")];
  const done = await installPolicy({ loaded, root, command });
  if ("fault" in done) return refuse(done.fault);
  process.stdout.write(done.written.map((path) => `${path}\n`).join(""));
  return 0;
}

/** `ksp uninstall`: everything passes again, and nothing is left. */
export async function uninstall({ root }: { readonly root: string }): Promise<number> {
  const reason = await uninstallPolicy(root);
  return reason === undefined ? 0 : refuse(reason);
}

const refuse = (reason: string): number =>
  present({ diagnostics: [diagnostic("KSP5055", { reason })], sources: [] }, "text", process.stderr);
