import { expect, test } from "vitest";
import { didYouMean, editDistance } from "../../src/diagnostics/did-you-mean.ts";

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
  expect(didYouMean("alow", ["allow", "deny", "log", "allot", "aloe"])).toEqual(["allow", "aloe", "allot", "log"]);
  expect(didYouMean("frobnicate", ["tunnel", "dns"])).toEqual([]);
  expect(didYouMean("x", [])).toEqual([]);
});

test("a word may differ in four of ten letters and one more", () => {
  expect(didYouMean("abcdefghij", ["abcdefgh12345", "abcde12345", "abcd123456"])).toEqual([
    "abcde12345",
    "abcdefgh12345",
  ]);
});
