import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { describe as describePacket } from "../../src/ir/packet.ts";
import { inEveryState, rulesetsOf } from "../../src/ir/plan.ts";
import type { WfpDocument } from "../../src/ir/wfp-document.ts";
import { prove } from "../../src/proof/prove.ts";
import { validateWfp } from "../../src/proof/translation/wfp.ts";
import { packetsOf } from "../emitters/packets.ts";
import { policyNamed, windowsPolicies } from "./policies.ts";
import { inForce, isShown, passes } from "./simulator.ts";

test.each(windowsPolicies)("$name: every document means what was planned", ({ plan, files }) => {
  expect(validateWfp(plan, files)).toBeUndefined();
});

/** What differs from Linux is who is known of a packet, and how: in these there is most of it. */
const differing = ["company-split-dns", "home-wireguard", "obfs-helper", "only-these-apps", "two-hops"].map(
  policyNamed,
);

test.each(differing)("$name: every leak property holds of the plan for Windows", ({ policy, plan }) => {
  const { violations, holds } = prove(policy, plan, inEveryState(policy, plan));
  expect(violations).toEqual([]);
  expect(holds.length).toBeGreaterThan(15);
});

describe("by the model of arbitration", () => {
  test.each(windowsPolicies)("$name: each packet has the verdict that the plan has for it", ({ plan, files }) => {
    const states = rulesetsOf(plan).map((ruleset) => {
      const file = `wfp/${ruleset.state.replaceAll(":", ".").replaceAll("+", "_")}.json`;
      const asFlows = {
        ...ruleset,
        rules: ruleset.rules.map((rule) => ({ ...rule, replies: rule.verdict.kind === "accept" })),
      };
      return { ruleset: asFlows, document: JSON.parse(files.get(file) ?? "") as WfpDocument };
    });
    let shown = 0;
    const packets = fc.sample(packetsOf(plan), { seed: 4711, numRuns: 250 }).filter(isShown);
    for (const { ruleset, document } of states) {
      const sublayers = [inForce(document, "running")];
      for (const packet of packets) {
        shown++;
        // An answer is asked about by its flow alone.
        const judged = evaluate(ruleset, packet);
        const isOwn = packet.connection === "established-reply" && judged.as === "opening";
        const planned = judged.verdict.kind === "accept";
        const passed = passes(sublayers, packet);
        if (isOwn ? passed && !planned : passed !== planned)
          expect.fail(`${ruleset.state}: ${describePacket(packet)}: ${passed ? "passes" : "is dropped"}`);
      }
    }
    expect(shown).toBeGreaterThan(60);
  });
});
