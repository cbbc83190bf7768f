import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { describe as words } from "../../src/ir/packet.ts";
import { accepted } from "../../src/proof/accepted.ts";
import { cover } from "../../src/proof/cover.ts";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { contains, packetOf, valuesOf } from "../../src/proof/packet-values.ts";
import { membersOf } from "../../src/proof/packets/generalise.ts";
import { regionText } from "../../src/proof/region-text.ts";
import { vocabularyOf } from "../../src/proof/vocabulary.ts";
import { wellFormed } from "../../src/proof/well-formed.ts";
import { witness, witnessValues } from "../../src/proof/witness.ts";
import { allPolicies } from "../emitters/policies.ts";
import { inEveryState, policies } from "../ir/support/policies.ts";
import { samplesOf } from "../ir/support/samples.ts";
import { packets, rulesets } from "./arbitrary.ts";

test("a witness is in the set, can exist, and is told apart by the evaluator", () => {
  let found = 0;
  fc.assert(
    fc.property(rulesets, rulesets, (some, others) => {
      const space = new PacketSpace(vocabularyOf([some, others]));
      const differing = accepted(some, space).symmetricDifference(accepted(others, space));
      const packet = witness(differing, space);
      expect(packet === undefined).toBe(differing.intersect(wellFormed(space)).isEmpty());
      if (!packet) return;
      found++;
      const verdicts = [some, others].map((ruleset) => evaluate(ruleset, packet).verdict.kind);
      expect(verdicts[0], words(packet)).not.toBe(verdicts[1]);
      expect(wellFormed(space).has(witnessValues(differing, space) ?? [])).toBe(true);
    }),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(50);
});

test("a packet and its values are the same packet, but for names that no rule asks for", () => {
  fc.assert(
    fc.property(rulesets, packets, (ruleset, packet) => {
      const space = new PacketSpace(vocabularyOf([ruleset]));
      const values = valuesOf(packet, space);
      const back = packetOf(values, space);
      expect(valuesOf(back, space)).toEqual(values);
      expect(evaluate(ruleset, back).verdict.kind).toBe(evaluate(ruleset, packet).verdict.kind);
    }),
    { numRuns: 500 },
  );
});

describe.each(policies)("$name", (planned) => {
  const rulesets = inEveryState(planned).map(({ ruleset }) => ruleset);
  const space = new PacketSpace(vocabularyOf(rulesets));

  test("every sampled packet can exist", () => {
    const all = wellFormed(space);
    const samples = samplesOf(planned).filter((p) => p.direction !== "forward" || p.family !== "arp");
    expect(samples.length).toBeGreaterThan(1_000);
    expect(
      samples
        .filter((p) => !contains(all, p, space))
        .slice(0, 5)
        .map((packet) => words(packet)),
    ).toEqual([]);
  });
});

describe.each(allPolicies)("$name", ({ plan }) => {
  const space = new PacketSpace(vocabularyOf(plan.states));
  const [down, up] = [plan.states[0], plan.states.at(-1)].map((ruleset) => {
    if (!ruleset) throw new Error("no state");
    return accepted(ruleset, space);
  });

  test("what opens when the tunnels are up is covered by regions, exactly", () => {
    if (!down || !up) throw new Error("no state");
    const opened = up.minus(down);
    const { regions, rest } = cover(opened, space, { most: 12 });
    expect(regions.length).toBeGreaterThan(0);
    const said = space.none.union(...regions.map(({ box }) => space.ofNode(membersOf(space.diagrams, box))));
    const existing = wellFormed(space);
    expect(said.intersect(existing).isSubsetOf(opened)).toBe(true);
    expect(said.union(rest).intersect(existing).equals(opened.intersect(existing))).toBe(true);
    expect(rest.overlaps(said)).toBe(false);
    for (const region of regions) expect(regionText(region, space)).toMatch(/^(?:out|in|forward)\b/);
  });
});

test("what may be said along makes lines fewer, and no line says more", () => {
  for (const { plan } of allPolicies.slice(0, 4)) {
    const space = new PacketSpace(vocabularyOf(plan.states));
    const [down] = plan.states;
    const set = down ? accepted(down, space).intersect(space.direction("out")) : space.none;
    const along = space.is("sourceLocality", 0).complement();
    const members = ({ regions }: ReturnType<typeof cover>) =>
      space.none
        .union(...regions.map(({ box }) => space.ofNode(membersOf(space.diagrams, box))))
        .intersect(wellFormed(space));
    const meant = set.minus(along);
    const [exact, wide] = [cover(meant, space, { most: 60 }), cover(meant, space, { most: 60, along })];
    expect(wide.regions.length).toBeLessThanOrEqual(exact.regions.length);
    expect(members(wide).isSubsetOf(meant.union(along))).toBe(true);
    expect(meant.intersect(wellFormed(space)).isSubsetOf(members(wide).union(wide.rest))).toBe(true);
  }
});

describe("reads well", () => {
  const home = allPolicies.find(({ name }) => name === "home-wireguard");
  const bypass = allPolicies.find(({ name }) => name === "bypass-app");
  if (!home || !bypass) throw new Error("no such example");

  test("a witness", () => {
    const space = new PacketSpace(vocabularyOf(home.plan.states));
    const said = (set: typeof space.all) => {
      const packet = witness(set, space);
      return packet && words(packet);
    };
    expect(said(space.all)).toBe("out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new");
    expect(said(space.direction("in"))).toBe(
      "in on eth0 from 192.0.2.1 40000 (elsewhere) to 192.168.1.2 (local) tcp 443 new",
    );
    expect(said(space.direction("forward"))).toBe(
      "forward from eth0 to eth0 from 192.168.1.2 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
    );
    expect(said(space.family("ipv6"))).toBe("out on eth0 from fd00::2 40000 to 2001:db8::1 tcp 443 user 1000 new");
    expect(said(space.is("protocol", 17))).toBe("out on eth0 from 192.168.1.2 40000 to 192.0.2.1 udp 53 user 1000 new");
    expect(said(space.is("mark", 7).intersect(space.is("protocol", 1)))).toBe(
      "out on eth0 from 192.168.1.2 to 192.0.2.1 icmp echo-request user 1000 mark 0x7 new",
    );
    expect(said(space.none)).toBeUndefined();
  });

  test("a cover", () => {
    const space = new PacketSpace(vocabularyOf(bypass.plan.states));
    const [down] = bypass.plan.states;
    if (!down) throw new Error("no state");
    const leaving = accepted(down, space).intersect(space.direction("out"));
    const lines = cover(leaving, space, { most: 5 }).regions.map((region) => regionText(region, space));
    expect(lines).toEqual([
      "out on not wg0 from not 10.64.0.2, 224.0.0.0/4 from address local to 203.0.113.80 tcp 873 user 1007",
      "out on not wg0 to 198.51.100.7 udp 51820 mark 0x6b73/0xffff",
      "out on not wg0 from not 10.64.0.2 to 255.255.255.255 udp 67 from port 68",
      "out not arp on interfaces of kind loopback",
      "out on interfaces of kind not wireguard, tun from not 10.64.0.2, 224.0.0.0/4 from address local to 203.0.113.80 tcp 873 user 1007",
    ]);
  });
});
