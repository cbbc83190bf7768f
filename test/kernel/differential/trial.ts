import { rulesetsOf } from "../../../src/ir/plan.ts";
import { randomOf } from "../../fuzz/random.ts";
import { type Verdict, wrong } from "../verdicts/judge.ts";
import { packetsFor } from "../verdicts/packets.ts";
import { type Firewall, judgeBy } from "./firewalls.ts";
import { emittedOf, randomPolicy, type Spoil } from "./policies.ts";

/** What the kernel said of a policy of chance. */
export interface Trial {
  readonly text: string;
  readonly passed: number;
  readonly refused: number;
  /** Verdicts in which kernel and plan differ. */
  readonly wrong: readonly Verdict[];
}

/** The policy of a seed, and as many packets as make about so many verdicts; none where the firewall cannot say it. */
export async function trial(
  seed: number,
  verdicts: number,
  { spoil, firewall = "nft" }: { readonly spoil?: Spoil; readonly firewall?: Firewall } = {},
): Promise<Trial> {
  const text = randomPolicy(randomOf(seed));
  const emitted = emittedOf(text, spoil);
  if (!emitted) throw new Error(`the policy of seed ${seed} is not read`);
  const packets = packetsFor(emitted, seed, Math.ceil(verdicts / rulesetsOf(emitted.plan).length));
  const judged = await judgeBy(firewall, emitted, packets);
  const passed = judged.verdicts.filter(({ kernel }) => kernel === "passes").length;
  return { text, passed, refused: judged.verdicts.length - passed, wrong: wrong(judged) };
}
