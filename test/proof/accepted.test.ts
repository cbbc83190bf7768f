import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { type Packet, describe as words } from "../../src/ir/packet.ts";
import { rulesetsOf } from "../../src/ir/plan.ts";
import type { AddressMatch, Rule, Ruleset } from "../../src/ir/ruleset.ts";
import { isSubset, union } from "../../src/net/address-set.ts";
import { constant } from "../../src/net/parse-net.ts";
import { accepted, openings, replies, undecided } from "../../src/proof/accepted.ts";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { contains } from "../../src/proof/packet-values.ts";
import type { PacketSet } from "../../src/proof/packets/packet-set.ts";
import { vocabularyOf } from "../../src/proof/vocabulary.ts";
import { wellFormed } from "../../src/proof/well-formed.ts";
import { packetsOf } from "../emitters/packets.ts";
import { allPolicies } from "../emitters/policies.ts";
import { packets, rulesets, withReply } from "./arbitrary.ts";

const passes = (ruleset: Ruleset, packet: Packet): boolean => evaluate(ruleset, packet).verdict.kind === "accept";

/** What the set and the evaluator disagree on. */
function disagreement(ruleset: Ruleset, set: PacketSet, space: PacketSpace, packet: Packet): string | undefined {
  const [isIn, isAccepted] = [contains(set, packet, space), passes(ruleset, packet)];
  return isIn === isAccepted
    ? undefined
    : `${ruleset.state}: ${words(packet)}: in the set ${isIn}, accepted ${isAccepted}`;
}

describe.each(allPolicies)("$name", ({ plan }) => {
  const all = rulesetsOf(plan);
  const space = new PacketSpace(vocabularyOf(all));
  const sets = all.map((ruleset) => ({ ruleset, set: accepted(ruleset, space) }));

  test("a packet is in the set exactly when the ruleset accepts it", () => {
    const seen = { accepted: 0, refused: 0, replies: 0 };
    fc.assert(
      fc.property(packetsOf(plan), (packet) => {
        for (const { ruleset, set } of sets) {
          const wrong = disagreement(ruleset, set, space, packet);
          if (wrong) expect.fail(wrong);
          const { verdict, as } = evaluate(ruleset, packet);
          seen[verdict.kind === "accept" ? (as === "reply" ? "replies" : "accepted") : "refused"]++;
        }
      }),
      { seed: 4, numRuns: 1_500 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });

  test("nothing that exists is left undecided", () => {
    for (const { ruleset } of sets) {
      const left = undecided(ruleset, space);
      expect(left.intersect(wellFormed(space)).isEmpty()).toBe(true);
      expect(left.equals(space.direction("forward").intersect(space.family("arp")))).toBe(true);
    }
  });
});

test("random rulesets mean as a set what they mean packet by packet", () => {
  let accepts = 0;
  fc.assert(
    fc.property(rulesets, fc.array(packets, { minLength: 40, maxLength: 40 }), (ruleset, list) => {
      const space = new PacketSpace(vocabularyOf([ruleset]));
      const set = accepted(ruleset, space);
      for (const packet of list.flatMap(withReply)) {
        const wrong = disagreement(ruleset, set, space, packet);
        if (wrong) expect.fail(wrong);
        if (passes(ruleset, packet)) accepts++;
      }
    }),
    { numRuns: 400 },
  );
  expect(accepts).toBeGreaterThan(3_000);
});

test("the width of a digit changes nothing", () => {
  fc.assert(
    fc.property(rulesets, (ruleset) => {
      const counts = ([1, 2, 4, 8, 16] as const).map((digitBits) => {
        const space = new PacketSpace(vocabularyOf([ruleset]), { digitBits });
        return accepted(ruleset, space).intersect(wellFormed(space)).count();
      });
      expect(new Set(counts).size).toBe(1);
    }),
    { numRuns: 40 },
  );
});

test("openings and replies are what the evaluator calls them", () => {
  fc.assert(
    fc.property(rulesets, fc.array(packets, { minLength: 30, maxLength: 30 }), (ruleset, list) => {
      const space = new PacketSpace(vocabularyOf([ruleset]));
      const [opened, answered] = [openings(ruleset, space), replies(ruleset, space)];
      for (const packet of list.flatMap(withReply)) {
        const { verdict, as } = evaluate(ruleset, packet);
        const isOpening = verdict.kind === "accept" && as === "opening";
        expect(contains(opened, packet, space)).toBe(isOpening);
        if (verdict.kind === "accept" && as === "reply") expect(contains(answered, packet, space)).toBe(true);
        if (packet.connection !== "established-reply") expect(contains(answered, packet, space)).toBe(false);
      }
    }),
    { numRuns: 100 },
  );
});

/** Every refreshed table with other contents. */
const refreshed = (ruleset: Ruleset, content: (address: AddressMatch) => AddressMatch["set"]): Ruleset => {
  const filled = (address: AddressMatch | undefined) => address?.within && { ...address, set: content(address) };
  const rule = (r: Rule): Rule => {
    const [source, destination] = [filled(r.match.source), filled(r.match.destination)];
    return { ...r, match: { ...r.match, ...(source && { source }), ...(destination && { destination }) } };
  };
  return { ...ruleset, rules: ruleset.rules.map(rule) };
};

test("whatever a refreshed table holds, what passes lies between the least and the most", () => {
  const contents = [constant("10.0.0.0/9", "2001:db8::/40"), constant("0.0.0.0/0", "::/0"), constant("192.168.1.7")];
  let differing = 0;
  fc.assert(
    fc.property(rulesets, fc.constantFrom(...contents), (ruleset, content) => {
      const space = new PacketSpace(vocabularyOf([ruleset]));
      const now = refreshed(ruleset, ({ within = [] }) => {
        const set = within.filter((range) => isSubset([range], union(content)));
        expect(isSubset(set, within)).toBe(true);
        return set;
      });
      const [least, most] = [accepted(ruleset, space, "least"), accepted(ruleset, space, "most")];
      const passing = accepted(now, space);
      expect(least.isSubsetOf(passing)).toBe(true);
      expect(passing.isSubsetOf(most)).toBe(true);
      if (!least.equals(most)) differing++;
    }),
    { numRuns: 200 },
  );
  expect(differing).toBeGreaterThan(20);
});
