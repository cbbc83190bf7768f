import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { environment } from "../lab/requirements.ts";

/** Outside of the checkout: the next run takes what is there, wherever it was made. */
const folder = join(tmpdir(), "ksp-machine");
const script = fileURLToPath(new URL("image.sh", import.meta.url));

/** The folder of `root.ext4`, `vmlinux`, `vmlinuz` and `initrd`; made where they are not there yet. */
export async function openImage(): Promise<string> {
  const child = spawn("bash", [script, folder], { stdio: ["ignore", "ignore", "pipe"], env: environment });
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (status !== 0) throw new Error(`no image of a machine: ${said}`);
  return folder;
}
