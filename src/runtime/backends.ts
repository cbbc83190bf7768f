import type { Backend } from "./firewall/backend.ts";
import type { Hits } from "./firewall/hits.ts";
import type { Fault } from "./firewall/kernel.ts";
import { backendNames } from "./firewall/names.ts";
import { iptables } from "./iptables/iptables.ts";
import { nft } from "./nft/nft.ts";

/** What the daemon can switch, in the order in which a bundle's own files are looked for. */
export const backends: readonly Backend[] = backendNames.map((name) => (name === "nft" ? nft : iptables(name)));

/** Rules of ours that another backend would leave in the kernel: nobody would open what they refuse. */
export async function loadedBeside({ kind }: Backend): Promise<string | undefined> {
  const own = await kind();
  for (const backend of backends)
    if (backend.name !== "iptables" && backend.name !== own && (await backend.isLoaded())) return backend.name;
  return undefined;
}

/** Whether any rules of ours are in the kernel. */
export async function isLoaded(): Promise<boolean> {
  return (await Promise.all(backends.map((backend) => backend.isLoaded()))).includes(true);
}

/** Counts of whichever holds rules of ours; the first one's complaint where none does. */
export async function readHits(): Promise<readonly Hits[] | Fault> {
  let complaint: Fault | undefined;
  for (const { hits } of backends) {
    const found = await hits();
    if (!("fault" in found)) return found;
    complaint ??= found;
  }
  return complaint ?? { fault: "there is no backend" };
}
