import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { catalogue } from "../../src/diagnostics/catalogue.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { applyEdits } from "../../src/diagnostics/edits.ts";
import { completed, examplesIn, filesIn } from "./examples.ts";

const read = (file: string): string => readFileSync(new URL(`../../docs/diagnostics/${file}`, import.meta.url), "utf8");
const host = examplesIn(read("README.md"))[0]?.text ?? "";

/** The wrong example of a page, and what a compile says of any text in its place. */
function wrongOf(code: string): { readonly text: string; readonly say: (text: string) => readonly Diagnostic[] } {
  const page = read(`${code}.md`);
  const files = filesIn(page);
  const example = examplesIn(page).find(({ words }) => words.includes("wrong"));
  const load = (path: string) => {
    const text = files.get(path);
    return text === undefined ? { fault: "no such file" } : { file: path, text };
  };
  const text = example?.text ?? "";
  return {
    text: example?.words.includes("whole") ? text : completed(text, host),
    say: (now) => compile({ file: "home.ksp", text: now }, { targets: ["nft"], load }).diagnostics,
  };
}
const offered = Object.keys(catalogue).flatMap((code) =>
  code.startsWith("KSP5")
    ? []
    : wrongOf(code)
        .say(wrongOf(code).text)
        .filter(({ help }) => help && help.edits.length > 0)
        .map((found) => ({ code, found })),
);

test("codes whose example is offered a fix", () => {
  expect([...new Set(offered.map(({ code }) => code))].join(" ")).toMatchInlineSnapshot(
    `"KSP1001 KSP1002 KSP1003 KSP1004 KSP1005 KSP1007 KSP1010 KSP1011 KSP1013 KSP1017 KSP1018 KSP1021 KSP1022 KSP1024 KSP2001 KSP2004 KSP2008 KSP2011 KSP2014 KSP2019 KSP2020 KSP2030 KSP2031 KSP2043 KSP2060 KSP2079 KSP2081 KSP2096 KSP2097"`,
  );
});

describe("a fix takes its fault away", () => {
  test.each(offered)("$code", ({ code, found }) => {
    const { text, say } = wrongOf(code);
    const edits = found.help?.edits ?? [];
    expect(edits.every(({ span }) => span.file === "home.ksp")).toBe(true);
    const count = (all: readonly Diagnostic[]) =>
      all.filter((each) => each.code === found.code && each.message === found.message).length;
    const [before, after] = [say(text), say(applyEdits(text, edits).text)];
    expect(count(after)).toBe(count(before) - 1);
  });
});
