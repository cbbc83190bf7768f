import type { Firewall } from "./firewalls.ts";
import { fileOf } from "./kept.ts";
import { shrink } from "./shrink.ts";
import { trial } from "./trial.ts";

/** About as many verdicts of each policy: a short run, too, meets many policies, and a long one is not all loading. */
const verdictsOfEach = (all: number): number => (all > 10_000 ? 1_000 : 250);
/** Policies at once. */
const parallel = 3;

export interface Run {
  readonly policies: number;
  readonly passed: number;
  readonly refused: number;
  /** For each policy that a kernel does not take for what was planned, a file for `kept`. */
  readonly faults: readonly string[];
}

/** Policies of chance from this seed on that the firewall can say, until there are so many verdicts; `told` after each. */
export async function run(
  verdicts: number,
  seed: number,
  { firewall = "nft", told = () => {} }: { readonly firewall?: Firewall; readonly told?: (so: Run) => void } = {},
): Promise<Run> {
  let total: Run = { policies: 0, passed: 0, refused: 0, faults: [] };
  let next = seed;
  const work = async (): Promise<void> => {
    while (total.passed + total.refused < verdicts) {
      const mine = next;
      next += 1;
      const { text, passed, refused, wrong } = await trial(mine, verdictsOfEach(verdicts), { firewall });
      const [verdict] = wrong;
      const faults = verdict ? [`# seed ${mine}\n${fileOf(await shrink({ text, verdict }, undefined, firewall))}`] : [];
      total = {
        policies: total.policies + (passed + refused > 0 ? 1 : 0),
        passed: total.passed + passed,
        refused: total.refused + refused,
        faults: [...total.faults, ...faults],
      };
      told(total);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return total;
}
