import { describe, expect, test } from "vitest";
import type { Condition, Policy } from "../../src/ir/policy.ts";
import {
  chainOf,
  countStates,
  enforcingStates,
  holds,
  isOpen,
  isProved,
  isReachable,
  lockdownState,
} from "../../src/ir/states.ts";
import { examples, office, planned } from "./support/policies.ts";

const example = (name: string): Policy => {
  const found = examples.find((e) => e.name === name);
  if (!found) throw new Error(`no example ${name}`);
  return found.policy;
};
const three = example("three-hops-mixed");
const both = example("work-and-private");
const keys = (policy: Policy) => enforcingStates(policy).map((s) => s.key);

test.each([
  [example("home-wireguard"), ["down", "up"]],
  [example("two-hops"), ["down", "hop1", "up"]],
  [three, ["down", "hop1", "hop2", "up"]],
  [both, ["private:down+work:down", "private:down+work:up", "private:up+work:down", "private:up+work:up"]],
] as const)("$name has its states", (policy, expected) => {
  expect(keys(policy)).toEqual(expected);
  expect(countStates(policy.chains)).toBe(expected.length);
});

test("lockdown is level 0 of every chain", () => {
  const state = lockdownState(both);
  expect([state.key, state.mode, [...state.levels]]).toEqual([
    "lockdown",
    "lockdown",
    [
      ["private", 0],
      ["work", 0],
    ],
  ]);
});

describe("hops of a chain of three", () => {
  const [a, b, c] = ["a", "b", "c"];
  const by = (is: typeof isOpen) =>
    enforcingStates(three).map((state) => [a, b, c].filter((hop) => is(three, state, hop ?? "")).join(""));
  test("a hop is reachable when those before it are proved", () => {
    expect(by(isReachable)).toEqual(["a", "ab", "abc", "abc"]);
  });
  test("a hop is proved when it and those before it are", () => {
    expect(by(isProved)).toEqual(["", "a", "ab", "abc"]);
  });
  test("applications use the last hop, once all are proved", () => {
    expect(by(isOpen)).toEqual(["", "", "", "c"]);
  });
  test("a tunnel of no chain is a bug", () => {
    expect(() => chainOf(three, "nowhere")).toThrow("nowhere");
  });
});

describe("while", () => {
  const inStates = (policy: Policy, condition: Condition) =>
    [...enforcingStates(policy), lockdownState(policy)].filter((s) => holds(condition, s, policy)).map((s) => s.key);

  test.each([
    ["enforcing", ["down", "hop1", "hop2", "up", "lockdown"]],
    [[{ level: "any" }], ["down", "hop1", "hop2", "up", "lockdown"]],
    [[{ level: "down" }], ["down"]],
    [
      [{ level: "hop2" }, { level: "up" }],
      ["hop2", "up"],
    ],
    [[{ level: "lockdown" }], ["lockdown"]],
    [[{ level: "disabled" }], []],
    [[{ chain: "private", level: "hop1" }], ["hop1"]],
  ] as const)("%j of one chain", (condition, expected) => {
    expect(inStates(three, condition)).toEqual(expected);
  });

  test.each([
    [[{ level: "down" }], ["private:down+work:down"]],
    [[{ level: "up" }], ["private:up+work:up"]],
    [[{ chain: "work", level: "down" }], ["private:down+work:down", "private:up+work:down"]],
    [
      [
        { chain: "private", level: "up" },
        { chain: "work", level: "up" },
      ],
      ["private:down+work:up", "private:up+work:down", "private:up+work:up"],
    ],
  ] as const)("%j of two chains", (condition, expected) => {
    expect(inStates(both, condition)).toEqual(expected);
  });
});

test("moves go by one hop of one chain", () => {
  const { plan } = office;
  expect(plan.moves.map(({ from, to }) => `${from} > ${to}`)).toEqual([
    "main:down+site:down > main:down+site:up",
    "main:down+site:down > main:up+site:down",
    "main:down+site:up > main:down+site:down",
    "main:down+site:up > main:up+site:up",
    "main:up+site:down > main:down+site:down",
    "main:up+site:down > main:up+site:up",
    "main:up+site:up > main:down+site:up",
    "main:up+site:up > main:up+site:down",
  ]);
  const chain = planned("three", examples.find((e) => e.name === "three-hops-mixed")?.text ?? "").plan.moves;
  expect(chain.map(({ from, to }) => `${from} > ${to}`)).toEqual([
    "down > hop1",
    "hop1 > down",
    "hop1 > hop2",
    "hop2 > hop1",
    "hop2 > up",
    "up > hop2",
  ]);
});
