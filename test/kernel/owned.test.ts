import { describe, expect, test } from "vitest";
import { widest } from "../../src/emitters/nft/widest.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import type { Locality, Ruleset } from "../../src/ir/ruleset.ts";
import { allPolicies, type Emitted, fileOf, switchOf } from "../emitters/policies.ts";
import { changed } from "./spoilt.ts";
import { judge, type Loading, say, type Verdict, wrong } from "./verdicts/judge.ts";
import { packetsFor } from "./verdicts/packets.ts";

/** `KSP_PACKETS=2000 KSP_SEED=7 npx vitest run test/kernel/owned` looks longer, and elsewhere. */
const settings: { readonly KSP_PACKETS?: string; readonly KSP_SEED?: string } = process.env;
const { KSP_PACKETS = "60", KSP_SEED = "1" } = settings;
const packetsOf = (policy: Emitted) => packetsFor(policy, Number(KSP_SEED), Number(KSP_PACKETS));

/** The second look, here without whoever holds it. */
const ownedOf = (policy: Emitted): string =>
  changed(fileOf(policy, "owned.nft"), (text) => text.replace("\tflags owner\n", ""));

/** Verdicts of the states that it is there in, beside the rules. */
async function beside(policy: Emitted, owned: string): Promise<readonly Verdict[]> {
  const loading: Loading = ({ state }, i) => {
    if (i === 0) return { load: `${fileOf(policy, "lockdown.nft")}\n${owned}` };
    const change = switchOf(policy, state);
    return { load: i === 1 ? `${fileOf(policy, "ruleset.nft")}\n${change}` : change };
  };
  const { verdicts } = await judge(policy, packetsOf(policy), { loading });
  return verdicts.filter(({ state }) => policy.plan.states.some((ruleset) => ruleset.state === state));
}

/**
 * Verdicts on what leaves, where the rules are gone. Of a broadcast a copy for this machine goes the same way, and has no sender:
 * which of the two is seen nobody can say.
 */
async function alone(policy: Emitted, owned: string): Promise<readonly Verdict[]> {
  const { verdicts } = await judge(policy, packetsOf(policy), { loading: (_, i) => ({ load: i === 0 ? owned : "" }) });
  return verdicts.filter(
    ({ packet: { direction, destinationLocality } }) => direction !== "in" && isForOne(destinationLocality),
  );
}
const isForOne = (of: Locality): boolean => of !== "broadcast" && of !== "multicast";

/** With all that the runtime may ever fill in. */
const filled = (ruleset: Ruleset): Ruleset => ({
  ...ruleset,
  rules: ruleset.rules.map((rule) => {
    const { destination } = rule.match;
    return destination ? { ...rule, match: { ...rule.match, destination: widest(destination) } } : rule;
  }),
});
const passesSomewhere = ({ plan }: Emitted, { packet }: Verdict): boolean =>
  plan.states.some((ruleset) => evaluate(filled(ruleset), packet).verdict.kind === "accept");
const passes = ({ kernel }: Verdict): boolean => kernel === "passes";

/** Hops, forwarding with a masquerade and a published port, apps by user and by slice, a host that moves, a portal, `while`. */
const tried = allPolicies.filter(({ name }) =>
  [
    "two-hops",
    "gateway",
    "docker-k8s",
    "two-groups-two-tunnels",
    "torrent-port-forward",
    "only-these-apps",
    "company-split-dns",
    "travel-captive-portal",
    "kitchen-sink",
  ].includes(name),
);

describe("the second look at what leaves", { timeout: 600_000 }, () => {
  test.concurrent.each(tried)("of $name changes nothing beside the rules", async (policy) => {
    const verdicts = await beside(policy, ownedOf(policy));
    expect(wrong({ verdicts, unseen: 0 }).map(say)).toEqual([]);
    expect(verdicts.filter(passes).length).toBeGreaterThan(5);
  });

  test.concurrent.each(tried)("of $name lets nothing pass without them that no state does", async (policy) => {
    const verdicts = await alone(policy, ownedOf(policy));
    expect(verdicts.filter((one) => passes(one) && !passesSomewhere(policy, one)).map(say)).toEqual([]);
    expect(verdicts.filter((one) => !passes(one)).length).toBeGreaterThan(5);
  });

  const [home] = allPolicies.filter(({ name }) => name === "home-wireguard");
  test.each([
    ["beside, one state's alone", beside, (text: string) => text.replaceAll(" jump out_wg0", " goto out_wg0_probe")],
    ["alone, open at the end", alone, (text: string) => text.replaceAll("counter drop", "counter accept")],
  ])("spoilt is found out: %s", async (_, judged, change) => {
    if (!home) throw new Error("there is no such example");
    const verdicts = await judged(home, changed(ownedOf(home), change));
    const isWrong = (one: Verdict) =>
      judged === beside ? one.kernel !== one.planned : passes(one) && !passesSomewhere(home, one);
    expect(verdicts.filter(isWrong).length).toBeGreaterThan(0);
  });
});
