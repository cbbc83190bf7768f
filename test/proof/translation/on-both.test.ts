import { describe, expect, test } from "vitest";
import { refusals } from "../../../src/emitters/capabilities.ts";
import { constructs } from "../../../src/emitters/constructs.ts";
import { capabilities } from "../../../src/emitters/iptables/capabilities.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { nft } from "../../../src/emitters/nft/emit.ts";
import { plan } from "../../../src/ir/plan.ts";
import { validateIptables } from "../../../src/proof/translation/iptables.ts";
import { validateNft } from "../../../src/proof/translation/nft.ts";
import { allPolicies, policyNamed } from "../../emitters/policies.ts";
import { type Random, randomOf } from "../../fuzz/random.ts";
import { randomPolicies } from "../../fuzz/random-policies.ts";
import { mutantsIn as mutantsOfIptables } from "./iptables-mutants.ts";
import { mutantsIn as mutantsOfNft } from "./mutants.ts";
import { declaredConstructs, onBoth } from "./on-both.ts";

const said = allPolicies.filter(({ plan }) => refusals(plan, capabilities).length === 0);
const found = said.map(({ name, plan, files }) => ({ name, plan, ...onBoth(plan, files, iptables.emit(plan)) }));

test.each(found)("$name: nftables and iptables let the same packets pass, or it is declared", (policy) => {
  expect(policy.apart).toBeUndefined();
  const isAsked = declaredConstructs.filter((name) => constructs[name].askedBy(policy.plan).length > 0);
  expect(isAsked).toEqual(expect.arrayContaining([...policy.declared]));
});

test.each(declaredConstructs)("what is declared is a difference somewhere: %s", (name) => {
  expect(capabilities[name].kind).toBe("weakened");
  expect(found.some(({ declared }) => declared.has(name))).toBe(true);
});

/** `KSP_RANDOM=1000` takes some minutes. */
const { KSP_RANDOM: wanted = "6" } = process.env;

test("a random policy means the same in both, or is refused", { timeout: 7_200_000 }, () => {
  let held = 0;
  for (const [seed, policy] of randomPolicies(Number(wanted))) {
    if (policy.apps.some(({ identity }) => identity.linux === undefined)) continue;
    const planned = plan(policy, "linux");
    if ([capabilities, nft.capabilities].some((of) => refusals(planned, of).length > 0)) continue;
    expect(onBoth(planned, nft.emit(planned), iptables.emit(planned)).apart, `seed ${seed}`).toBeUndefined();
    held++;
  }
  console.log(`${held} of ${wanted} random policies mean the same in nftables and iptables`);
  expect(held).toBeGreaterThan(Number(wanted) / 2);
});

describe("what is changed on one side alone is found, where a packet shows it", () => {
  const home = policyNamed("home-wireguard");
  const written = iptables.emit(home.plan);

  test("in the files for iptables", () => {
    const mutants = mutantsOfIptables(written);
    for (const files of shown(mutants, written, randomOf(2028), (changed) => validateIptables(home.plan, changed)))
      expect(onBoth(home.plan, home.files, files).apart).toBeDefined();
  });

  test("in the files for nftables", () => {
    // Who refuses a packet, a rule or the policy of a chain, matters to a chain that is being made.
    const isMoment = (says: string): boolean =>
      ["the chain is open while it is made", "no rule refuses it"].includes(says);
    const judge = (changed: ReadonlyMap<string, string>) => {
      const mismatch = validateNft(home.plan, changed);
      return mismatch?.kind === "packet" && isMoment(mismatch.difference.says) ? undefined : mismatch;
    };
    for (const files of shown(mutantsOfNft(home), home.files, randomOf(2029), judge))
      expect(onBoth(home.plan, files, written).apart).toBeDefined();
  });

  function* shown(
    mutants: readonly { readonly file: string; readonly text: string }[],
    files: ReadonlyMap<string, string>,
    random: Random,
    judge: (files: ReadonlyMap<string, string>) => { readonly kind: string } | undefined,
  ): Generator<ReadonlyMap<string, string>> {
    for (let count = 0; count < 8; ) {
      const { file, text } = random.pick(mutants);
      const changed = new Map([...files, [file, text]]);
      if (judge(changed)?.kind !== "packet") continue;
      count++;
      yield changed;
    }
  }
});
