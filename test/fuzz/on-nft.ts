import { refusals } from "../../src/emitters/capabilities.ts";
import { capabilities } from "../../src/emitters/nft/capabilities.ts";
import { nft } from "../../src/emitters/nft/emit.ts";
import { plan } from "../../src/ir/plan.ts";
import type { Policy } from "../../src/ir/policy.ts";
import type { Mismatch } from "../../src/proof/translation/mismatch.ts";
import { validateNft } from "../../src/proof/translation/nft.ts";

/** Where nftables says something else than the plan on Linux; nothing, too, where it refuses the policy or an app is of other systems. */
export function nftMismatch(policy: Policy): Mismatch | undefined {
  if (policy.apps.some(({ identity }) => identity.linux === undefined)) return undefined;
  const planned = plan(policy, "linux");
  return refusals(planned, capabilities).length > 0 ? undefined : validateNft(planned, nft.emit(planned));
}
