import { refusals } from "../../../src/emitters/capabilities.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import type { Packet } from "../../../src/ir/packet.ts";
import { validateIptables } from "../../../src/proof/translation/iptables.ts";
import type { Emitted } from "../../emitters/policies.ts";
import { isRenamed } from "../../emitters/renamed.ts";
import { switchTo, variants, withFiles } from "../iptables/bundle.ts";
import { type Judged, judge } from "../verdicts/judge.ts";

export const firewalls = ["nft", ...variants] as const;
export type Firewall = (typeof firewalls)[number];

/** Whether a firewall can say a policy, and the laboratory can tell: it has cards in place of IPsec's interfaces. */
const canSay = (firewall: Firewall, { plan, policy }: Emitted): boolean =>
  firewall === "nft" ||
  (refusals(plan, iptables.capabilities).length === 0 && policy.tunnels.every(({ protocol }) => protocol !== "ipsec"));

/** What a kernel with the rules of a firewall says; nothing where it cannot say the policy. */
export async function judgeBy(firewall: Firewall, emitted: Emitted, packets: readonly Packet[]): Promise<Judged> {
  if (!canSay(firewall, emitted)) return { verdicts: [], unseen: 0 };
  if (firewall === "nft") return judge(emitted, packets);
  const files = iptables.emit(emitted.plan);
  const mismatch = validateIptables(emitted.plan, files);
  if (mismatch) throw new Error(`${mismatch.file} is not what was planned: ${mismatch.kind}`);
  const judged = await withFiles(files, firewall, ({ whole, change }) =>
    judge(emitted, packets, {
      loading: ({ state }, i) =>
        i === 0
          ? { run: [whole("lockdown")] }
          : { run: [...(i === 1 ? [whole("ruleset")] : []), change(switchTo(state))] },
    }),
  );
  // It knows a tunnel by the name of its interface alone.
  const isTold = ({ inInterface, outInterface }: Packet): boolean =>
    ![inInterface, outInterface].some((device) => isRenamed(emitted.plan, device));
  return { ...judged, verdicts: judged.verdicts.filter(({ packet }) => isTold(packet)) };
}
