import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { type Packet, describe as words } from "../../src/ir/packet.ts";
import type { Plan } from "../../src/ir/plan.ts";
import type { Ruleset } from "../../src/ir/ruleset.ts";
import { Nftables } from "./nft-simulator.ts";
import { packetsOf } from "./packets.ts";
import { allPolicies, type Emitted, fileOf, switchOf } from "./policies.ts";
import { arrived, isLeftOut, translated } from "./translation.ts";

/** A second opinion: of every packet speaks the proof (`test/proof/translation/nft.test.ts`). */
const packetsAPolicy = 1_500;

interface Loaded {
  readonly ruleset: Ruleset;
  readonly kernel: Nftables;
}

/** Every state as the runtime gets there: the daemon's rules over those of the boot, then a switch. */
function loaded(policy: Emitted): readonly Loaded[] {
  const lockdown = new Nftables().load(fileOf(policy, "lockdown.nft"));
  const all = lockdown.load(fileOf(policy, "ruleset.nft"));
  return [
    { ruleset: policy.plan.lockdown, kernel: lockdown },
    ...statesOf(policy.plan).map((ruleset) => ({ ruleset, kernel: all.load(switchOf(policy, ruleset.state)) })),
  ];
}

const statesOf = ({ states, portal }: Plan): readonly Ruleset[] => (portal ? [...states, portal] : states);

const passes = (verdict: string): string => (verdict === "accept" ? "passes" : "is refused");

describe.each(allPolicies)("$name", (policy) => {
  const states = loaded(policy);

  test("every state means what was planned", () => {
    fc.assert(
      fc.property(packetsOf(policy.plan), (packet) => {
        for (const { ruleset, kernel } of states) {
          const planned = evaluate(ruleset, arrived(ruleset, packet));
          // Refused in postrouting: the planned rules speak of openings, and this is none.
          if (packet.direction === "forward" && planned.as === "opening" && isLeftOut(ruleset, packet)) continue;
          const verdict = kernel.judge(packet, { leaving: (p) => translated(ruleset, p) });
          if (passes(verdict) !== passes(planned.verdict.kind))
            throw new Error(
              `${ruleset.state}: ${words(packet)}: nft ${verdict}, planned ${planned.verdict.kind} by ${planned.rule.from} as ${planned.as}\n${show(packet)}`,
            );
        }
      }),
      { seed: 20_27, numRuns: packetsAPolicy },
    );
  });

  test("what output let pass is judged again where it really leaves", () => {
    const reRouted = { routed: { name: "lo" } };
    for (const packet of fc.sample(packetsOf(policy.plan), { seed: 3, numRuns: 500 })) {
      if (packet.direction !== "out") continue;
      for (const { ruleset, kernel } of states) {
        if (evaluate(ruleset, packet).verdict.kind !== "accept")
          expect(kernel.judge(packet, reRouted), words(packet)).not.toBe("accept");
      }
    }
  });

  test("a switch goes from any state to any other", () => {
    const packets = fc.sample(packetsOf(policy.plan), { seed: 4, numRuns: 50 });
    const verdicts = (kernel: Nftables) => packets.map((packet) => kernel.judge(packet));
    for (const { state } of statesOf(policy.plan)) {
      const known = states.find(({ ruleset }) => ruleset.state === state);
      for (const { ruleset, kernel } of states.slice(1)) {
        const switched = kernel.load(switchOf(policy, state));
        expect(verdicts(switched), `${ruleset.state} to ${state}`).toEqual(known && verdicts(known.kernel));
      }
    }
  });

  test("the file alone loads in the lowest state", () => {
    const fresh = new Nftables().load(fileOf(policy, "ruleset.nft"));
    const lowest = states[1]?.kernel;
    for (const packet of fc.sample(packetsOf(policy.plan), { seed: 1, numRuns: 300 }))
      expect(fresh.judge(packet), words(packet)).toBe(lowest?.judge(packet));
  });

  test("disabled, everything passes; uninstalled, nothing is left", () => {
    const closed = states[1]?.kernel ?? new Nftables();
    const disabled = closed.load(fileOf(policy, "disable.nft"));
    for (const packet of fc.sample(packetsOf(policy.plan), { seed: 2, numRuns: 300 }))
      expect(disabled.judge(packet), words(packet)).toBe("accept");
    const gone = disabled.load(fileOf(policy, "uninstall.nft"));
    expect(gone.tables).toEqual([]);
    expect(gone.load(fileOf(policy, "uninstall.nft")).tables).toEqual([]);
  });
});

const show = (packet: Packet): string => JSON.stringify(packet, (_, v) => (typeof v === "bigint" ? `${v}` : v));
