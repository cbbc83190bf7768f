import { describe, expect, test } from "vitest";
import { parse, parsePacket } from "../../src/parser/parse.ts";
import { print } from "../../src/parser/printer.ts";
import { head, tree } from "./samples.ts";

// Inputs that break a careless parser: big, deep, endless. The time limit of a test is the check that none hangs.

const codes = (text: string): readonly string[] =>
  parse({ file: "home.ksp", text }).diagnostics.map(({ code }) => code);
const MB = 1_000_000;
const line = (length: number, part: string): string => part.repeat(Math.ceil(length / part.length));

describe("four megabytes", () => {
  test.each([
    ["of blanks", " ".repeat(4 * MB), ["KSP1016"]],
    ["of empty lines", "\n".repeat(4 * MB), ["KSP1016"]],
    ["of blank lines", line(4 * MB, `${" ".repeat(999)}\n`), ["KSP1016"]],
    ["of comment", `#${" ".repeat(4 * MB)}x`, ["KSP1016"]],
    ["of comments", line(4 * MB, "# c\n"), ["KSP1016"]],
    ["of one text", `${head}list a from "${"x".repeat(4 * MB)}"`, []],
    ["of escapes", `${head}list a from "${'\\"'.repeat(2 * MB)}"`, []],
    ["of a text never closed", `${head}list a from "${"x".repeat(4 * MB)}`, ["KSP1009"]],
    ["of one name", `${head}ipv6 ${"a".repeat(4 * MB)}`, ["KSP1005"]],
    ["of digits", `${head}ipv6 ${"1".repeat(4 * MB)}`, ["KSP1014"]],
    ["of NUL", "\0".repeat(4 * MB), ["KSP1010"]],
    ["of half characters", "\ud800".repeat(4 * MB), ["KSP1010"]],
    ["of percent signs", `${head}${"%".repeat(4 * MB)}`, ["KSP1001"]],
    ["of colons", `${head}${":".repeat(4 * MB)}`, ["KSP1005"]],
  ])("%s", (_, text, expected) => expect(codes(text)).toEqual(expected), 60_000);
});

describe("a megabyte of tokens", () => {
  test.each([
    ["opening braces", `${head}${"{".repeat(MB)}`, ["KSP1018"]],
    ["closing braces, one a line", head + line(MB, "}\n"), Array(20).fill("KSP1017")],
    ["open blocks", head + line(MB, "tunnel a {\n"), Array(20).fill("KSP1004")],
    ["an open block", `${head}tunnel a {\n${line(MB, "protocol other\n")}`, ["KSP1004"]],
    ["quotes", `${head}${'"'.repeat(MB)}`, ["KSP1013"]],
    ["commas", `${head}${",".repeat(MB)}`, ["KSP1005"]],
    ["commas, one a line", head + line(MB, ",\n"), ["KSP1005"]],
    ["arrows", head + line(MB, "->"), ["KSP1005"]],
    ["unknown lines", head + line(MB, "foo\n"), Array(20).fill("KSP1002")],
    ["good lines", head + line(MB, "allow lan\n"), []],
    ["letters apart from their marks", head + line(MB, "# e\u0301 "), ["KSP1011"]],
    ["comments in a list", `${head}list a = ${line(MB, "10.0.0.1, # c\n")}10.0.0.1`, []],
    ["wrong words in one list", `${head}list a = ${line(MB, "10.0.0.1:53,\n")}10.0.0.1`, ["KSP1008"]],
  ])("%s", (_, text, expected) => expect(codes(text)).toEqual(expected), 60_000);
});

test("a packet question of any size gets an answer", () => {
  expect(parsePacket("out ".repeat(100_000)).diagnostics.map(({ code }) => code)).toEqual(["KSP1005"]);
  expect(parsePacket("").diagnostics.map(({ code }) => code)).toEqual(["KSP1023"]);
  expect(parsePacket("\n\n").diagnostics.map(({ code }) => code)).toEqual(["KSP1023"]);
});

test("a list of 100,000 prefixes is read and printed; ten times the list takes about ten times as long", () => {
  const list = (length: number) =>
    `${head}list a = ${Array.from({ length }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`).join(",\n  ")}\n`;
  const time = (text: string): number => {
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      tree(text);
      return performance.now() - before;
    });
    return Math.min(...times);
  };
  const small = list(10_000);
  const large = list(100_000);
  time(small);
  expect(time(large) / time(small)).toBeLessThan(40);
  expect(print(tree(large))).toBe(large);
});
