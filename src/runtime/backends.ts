import type { Backend } from "./firewall/backend.ts";
import type { Hits } from "./firewall/hits.ts";
import type { Fault } from "./firewall/kernel.ts";
import { iptables } from "./iptables/iptables.ts";
import { nft } from "./nft/nft.ts";

/** What the daemon can switch, in the order in which a bundle's own files are looked for. */
export const backends: readonly Backend[] = [
  nft,
  iptables("iptables"),
  iptables("iptables-nft"),
  iptables("iptables-legacy"),
];

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
