import { expect, test } from "vitest";
import { didYouMean, editDistance, surelyMeant } from "../../src/diagnostics/did-you-mean.ts";

test.each([
  ["", "", 0],
  ["a", "a", 0],
  ["Tunnel", "tunnel", 1],
  ["tunel", "tunnel", 1],
  ["tunnell", "tunnel", 1],
  ["tunmel", "tunnel", 1],
  ["tunenl", "tunnel", 1],
  ["log", "lgo", 1],
  ["", "abc", 3],
  ["ab", "cd", 2],
])("%s and %s are %d apart", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("the closest first, equal ones in order, far ones not at all", () => {
  expect(didYouMean("allowed", ["allow", "deny", "allows", "alloyed", "aloud"])).toEqual([
    "alloyed",
    "allow",
    "allows",
  ]);
  expect(didYouMean("frobnicate", ["tunnel", "dns"])).toEqual([]);
  expect(didYouMean("x", [])).toEqual([]);
});

test("one letter in three may differ, at least one, and less than half of what is meant", () => {
  expect(didYouMean("abcdefghi", ["abcdef123", "abcde1234"])).toEqual(["abcdef123"]);
  expect(didYouMean("wg", ["wg0", "wg10"])).toEqual(["wg0"]);
  expect(didYouMean("on", ["in"])).toEqual([]);
});

test.each(["dns", "ping", "lan", "tcp", "uid", "on"])("%s is a word of its own, not a misspelt one", (word) => {
  expect(didYouMean(word, ["in", "out", "forward", "dhcp", "discovery", "udp", "link", "host"])).toEqual([]);
});

test.each([
  ["ofice", ["office", "farm"], "office"],
  ["office-south", ["office-soutth", "office-north"], "office-soutth"],
  ["wg1", ["wg0"], undefined],
  ["wg0", ["wg00"], undefined],
  ["office-c", ["office-a", "office-b"], undefined],
  ["office-b", ["office-a"], undefined],
  ["b-office", ["a-office"], undefined],
  ["ofice", ["oficer", "office"], undefined],
  ["frobnicate", ["office"], undefined],
])("a fix for %s among %j writes %s", (name, declared, meant) => {
  expect(surelyMeant(name, declared)).toBe(meant);
});
