import { describe, expect, test } from "vitest";
import { mayBeSkipped } from "../lab/requirements.ts";
import { firewalls } from "./differential/firewalls.ts";
import { fileOf, kept, parseKept } from "./differential/kept.ts";
import { emittedOf, type Spoil } from "./differential/policies.ts";
import { run } from "./differential/run.ts";
import { type Case, faults, shrink } from "./differential/shrink.ts";
import { trial } from "./differential/trial.ts";
import { variants } from "./iptables/bundle.ts";
import { judge, say, wrong } from "./verdicts/judge.ts";

/** `KSP_VERDICTS=100000 KSP_SEED=7 npx vitest run test/kernel/differential` looks longer, and elsewhere. */
const settings: { readonly KSP_VERDICTS?: string; readonly KSP_SEED?: string } = process.env;
const { KSP_VERDICTS = "3000", KSP_SEED = "1" } = settings;

/** Slips of an emitter, and the case that shows each; found by breaking the emitted text on purpose. */
const slips: Readonly<Record<string, Spoil>> = {
  "answers-turned-round": (text) => text.replaceAll("ct direction reply", "ct direction original"),
  "names-told-to-everybody": (text) =>
    text.replaceAll('return comment "built-in-dns"', 'accept comment "built-in-dns"'),
};

describe.skipIf(mayBeSkipped())("what is planned is what a kernel does", { timeout: 1_800_000 }, () => {
  test("policies and packets of chance", async () => {
    const { faults: found, ...counts } = await run(Number(KSP_VERDICTS), Number(KSP_SEED));
    console.log(counts);
    expect(found.join("\n"), "a file for test/kernel/differential/kept").toBe("");
    expect(counts.passed).toBeGreaterThan(Number(KSP_VERDICTS) / 10);
    expect(counts.refused).toBeGreaterThan(Number(KSP_VERDICTS) / 10);
    expect(counts.policies).toBeGreaterThan(Number(KSP_VERDICTS) / 600);
  });

  test.each(variants)("the same of a few in %s", async (firewall) => {
    const { faults: found, ...counts } = await run(Number(KSP_VERDICTS) / 20, Number(KSP_SEED), { firewall });
    console.log(firewall, counts);
    expect(found.join("\n"), "a file for test/kernel/differential/kept").toBe("");
    expect(counts.passed).toBeGreaterThan(Number(KSP_VERDICTS) / 200);
    expect(counts.refused).toBeGreaterThan(Number(KSP_VERDICTS) / 200);
  });

  test.each(kept())("kept: $name", async ({ name, text, packet }) => {
    for (const firewall of firewalls)
      expect((await faults(text, [packet], undefined, firewall)).map(say), firewall).toEqual([]);
    const slip = slips[name];
    if (slip) expect(await faults(text, [packet], slip)).not.toEqual([]);
  });

  test("every slip has its case", () => {
    expect(kept().map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(slips)));
  });

  test("a slip is found, made small, and ready to be kept", async () => {
    const slip: Spoil = (text) => text.replaceAll(/(saddr != \S+ counter )return/g, "$1accept");
    const { text, verdict } = await firstShowing(slip);
    const small = await shrink({ text, verdict }, slip);
    expect(small.text.split("\n").length).toBeLessThan(Math.min(20, text.split("\n").length));
    const again = parseKept("again", fileOf(small));
    expect(await faults(again.text, [again.packet], slip)).toHaveLength(1);
    expect(await faults(again.text, [again.packet])).toEqual([]);
  });

  test("a slip of the evaluator is found, too", async () => {
    const found = kept().find(({ name }) => name === "answers-turned-round");
    const emitted = found && emittedOf(found.text);
    if (!emitted) throw new Error("no such case");
    const forgetful = emitted.plan.states.map((ruleset) => ({
      ...ruleset,
      rules: ruleset.rules.map((rule) => ({ ...rule, replies: false })),
    }));
    const judged = await judge({ ...emitted, plan: { ...emitted.plan, states: forgetful } }, [found.packet]);
    expect(wrong(judged)).not.toEqual([]);
  });
});

/** Not every policy has what a slip is about. */
async function firstShowing(spoil: Spoil): Promise<Case> {
  for (let seed = 1; seed < 20; seed++) {
    const { text, wrong: found } = await trial(seed, 150, { spoil });
    const [verdict] = found;
    if (verdict) return { text, verdict };
  }
  throw new Error("the slip was not found");
}
