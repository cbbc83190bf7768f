import type { Emitter, Files } from "./emitters/emitter.ts";
import { nft } from "./emitters/nft/emit.ts";
import type { Plan } from "./ir/plan.ts";
import type { Target } from "./ir/targets.ts";
import { type Mismatch, validateNft } from "./proof/translation/nft.ts";

/** A firewall that policies compile to: what it can say, what writes its files, and what reads them back. `systemOf` has the system of its plan. */
export interface Backend {
  readonly emitter: Emitter;
  /** Reads every file back, without a line of the code that wrote it, and holds all packets in all states against the plan. */
  readonly validate: (plan: Plan, files: Files) => Mismatch | undefined;
}

/** Every backend there is. */
export const backends: Readonly<Record<Target, Backend>> = {
  nft: { emitter: nft, validate: validateNft },
};
