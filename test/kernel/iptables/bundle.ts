import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { refusals } from "../../../src/emitters/capabilities.ts";
import type { Files } from "../../../src/emitters/emitter.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { stateName } from "../../../src/ir/states.ts";
import { allPolicies, type Emitted } from "../../emitters/policies.ts";

/** The two programs that are called iptables. */
export const variants = ["iptables-nft", "iptables-legacy"] as const;
export type Variant = (typeof variants)[number];

/** The policies that iptables can say. */
export const sayable: readonly Emitted[] = allPolicies.filter(
  ({ plan }) => refusals(plan, iptables.capabilities).length === 0,
);

/** What loads a bundle that lies in a folder, as words for a shell's `sh -c`. */
export interface Loader {
  readonly whole: (what: "lockdown" | "ruleset" | "uninstall") => readonly string[];
  /** `switch/STATE`, or `disable`. */
  readonly change: (to: string) => readonly string[];
}

/** The files of a policy in a folder of their own while something is done with them. */
export async function withFiles<T>(files: Files, variant: Variant, use: (loader: Loader) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "ksp-iptables-"));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const script = join(folder, "iptables", "load.sh");
    const load = (what: string) => ["sh", "-c", `KSP_IPTABLES=${variant} sh ${script} ${what}`];
    return await use({ whole: load, change: load });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const switchTo = (state: string): string => `switch/${stateName(state)}`;
