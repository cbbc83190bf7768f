import { describe, expect, test } from "vitest";
import { BudgetExceeded } from "../../../src/proof/packets/diagrams.ts";
import { terminals } from "../../../src/proof/packets/operation.ts";
import { Space } from "../../../src/proof/packets/space.ts";
import { digitWidths } from "./universe.ts";

const dimensions = [
  { name: "direction", size: 3 },
  { name: "address", bits: 32 },
  { name: "port", bits: 16 },
] as const;

/** Mulberry32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Enough to make every table grow several times. */
function crowded(space: Space, count: number) {
  const random = randomNumbers(7);
  const points = Array.from({ length: count }, () => [random(3), random(2 ** 32), random(2 ** 16)] as const);
  const sets = points.map(([direction, address, port]) =>
    space.is("direction", direction).intersect(space.is("address", address)).intersect(space.is("port", port)),
  );
  return { points, set: space.none.union(...sets) };
}

describe.each(digitWidths)("with digits of %i bits", (digitBits) => {
  const space = new Space(dimensions, { digitBits });
  const { points, set } = crowded(space, 10_000);

  test("nothing is lost while the tables grow", () => {
    expect(space.diagrams.usage().nodes).toBeGreaterThan(1 << 15);
    expect(set.count()).toBe(BigInt(new Set(points.map(String)).size));
    for (const point of points) expect(set.has(point.map(BigInt))).toBe(true);
    for (const [direction, address, port] of points.slice(0, 1000))
      expect(set.has([BigInt(direction), BigInt(address), BigInt(port ^ 1)])).toBe(false);
    const again = space.none.union(
      ...points
        .toReversed()
        .map(([direction, address, port]) =>
          space.is("port", port).intersect(space.is("address", address)).intersect(space.is("direction", direction)),
        ),
    );
    expect(again.node).toBe(set.node);
  });

  test("every node is in normal form", () => {
    const { diagrams, layout } = space;
    const seen = new Set<string>();
    const faults: string[] = [];
    for (let node = terminals; node < terminals + diagrams.usage().nodes; node++) {
      const edges: (readonly [number, number])[] = [];
      for (let edge = diagrams.firstEdge(node); edge < diagrams.endEdge(node); edge++)
        edges.push([diagrams.last(edge), diagrams.child(edge)]);
      const level = diagrams.level(node);
      const key = `${level}: ${edges.join(" ")}`;
      const isNormal =
        edges.length > 1 &&
        edges.at(-1)?.[0] === layout.highestDigit[level] &&
        edges.every(([last, child], i) => {
          const [nextLast = Number.POSITIVE_INFINITY, nextChild = -1] = edges[i + 1] ?? [];
          return child < node && diagrams.level(child) > level && nextLast > last && nextChild !== child;
        });
      if (!isNormal || seen.has(key)) faults.push(key);
      seen.add(key);
    }
    expect(seen.size).toBeGreaterThan(1 << 15);
    expect(faults).toEqual([]);
  });
});

describe("the budget", () => {
  test("ends what grows beyond it, and says so", () => {
    const space = new Space(dimensions, { budget: 2_000 });
    expect(() => crowded(space, 10_000)).toThrow(BudgetExceeded);
    expect(() => crowded(new Space(dimensions, { budget: 2_000 }), 10_000)).toThrow("more than 2000 nodes and edges");
    const { nodes, edges } = space.diagrams.usage();
    expect(nodes + edges).toBeLessThanOrEqual(2_000);
  });

  test("leaves what was made before whole", () => {
    const space = new Space(dimensions, { budget: 2_000 });
    const before = crowded(space, 5);
    const same = () => before.points.map((point) => before.set.has(point.map(BigInt)));
    expect(same()).not.toContain(false);
    expect(() => crowded(space, 10_000)).toThrow(BudgetExceeded);
    expect(same()).not.toContain(false);
    expect(before.set.count()).toBe(5n);
    expect(before.set.union(before.set).equals(before.set)).toBe(true);
  });
});
