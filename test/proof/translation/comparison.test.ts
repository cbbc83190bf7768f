import { expect, test } from "vitest";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import type { PacketSet } from "../../../src/proof/packets/packet-set.ts";
import { Comparison, passing } from "../../../src/proof/translation/comparison.ts";
import { noVocabulary } from "../../../src/proof/vocabulary.ts";

/** Nodes that it takes to find that so many hosts, each with a port of its own, are let out as planned. */
function nodesFor(count: number): number {
  const hosts = Array.from({ length: count }, (_, i) => {
    const address = 0xcb00_0000n + BigInt(i);
    return { set: [{ first: address, last: address }], ports: [{ first: 1000 + i, last: 1000 + i }] };
  });
  const space = new PacketSpace({ ...noVocabulary, addresses: { ipv4: hosts.map(({ set }) => set), ipv6: [] } });
  const at = (end: "source" | "destination"): PacketSet =>
    space.none.union(
      ...hosts.map(({ set, ports }) =>
        space.family("ipv4").intersect(space.addresses(end, "ipv4", set, space.ports(end, ports))),
      ),
    );
  const comparison = new Comparison(space);
  const text = at("destination");
  // A plan has their answers, too, which come in from those ports.
  const plan = text.intersect(space.direction("out")).union(at("source").intersect(space.direction("in")));
  const out = comparison.going("out");
  const before = space.diagrams.usage().nodes;
  expect(comparison.alone(plan, text, out, passing.less)).toBeUndefined();
  expect(comparison.alone(text, plan, out, passing.more)).toBeUndefined();
  const nodes = space.diagrams.usage().nodes - before;
  expect(comparison.alone(plan, text, comparison.ip, passing.less)?.packet.direction).toBe("in");
  return nodes;
}

test("what two sets are outside of what is compared is not looked at: its size is their product", () => {
  expect(nodesFor(80)).toBeLessThan(10 * 80);
});
