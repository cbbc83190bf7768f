import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rules } from "../../scripts/grammar/syntax.ts";
import { compile, format, type Load } from "../../src/index.ts";
import { statementWords } from "../../src/parser/tokens.ts";
import { completed, examplesIn, filesIn } from "../docs/examples.ts";
import { tree } from "./samples.ts";

const page = readFileSync(new URL("../../grammar/README.md", import.meta.url), "utf8");
const grammar = readFileSync(new URL("../../grammar/ksp.ebnf", import.meta.url), "utf8");
const files = filesIn(page);
const examples = examplesIn(page).filter(({ words }) => !words.includes("file"));
const host = examples[0]?.text ?? "";

const load: Load = (path) => {
  const text = files.get(path);
  return text === undefined ? { fault: "no such file or directory" } : { file: path, text };
};
/** The first example is the policy that the others stand in. */
const whole = (text: string): string => (text === host ? text : completed(text, host));
const faults = (text: string): readonly string[] =>
  compile({ file: "laptop.ksp", text: whole(text) }, { targets: ["nft"], load }).diagnostics.map(
    ({ code, message }) => `${code} ${message}`,
  );

describe("every example of the reference", () => {
  test.each(examples)("$words: $text", ({ words: [mark, code], text }) => {
    const found = faults(text);
    if (mark === "wrong") expect(found[0]?.slice(0, 7)).toBe(code);
    else expect(found).toEqual([]);
  });
  test.each([
    ...examples.map(({ text }) => text),
    ...[...files].flatMap(([name, text]) => (name.endsWith(".ksp") ? text : [])),
  ])("is formatted: %s", (text) => {
    const head = text.startsWith("ksp ") ? "" : "ksp 1\npolicy laptop\n";
    expect(format({ file: "laptop.ksp", text: head + text }).text).toBe(head + text);
  });
});

test("every statement has a section with an example of it", () => {
  const sections = [...page.matchAll(/^## ([a-z0-9]+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)];
  expect(sections.map(([, word]) => word).toSorted()).toEqual(statementWords.toSorted());
  for (const [, word, section = ""] of sections) {
    const right = examplesIn(section).filter(({ words }) => words.every((each) => each === ""));
    const kinds = right.flatMap(({ text }) => tree(whole(text)).statements.map(({ kind }) => kind));
    const said = right.some(({ text }) => new RegExp(`^${word} `, "m").test(text));
    expect(said && kinds.some((kind) => kind === word), word).toBe(true);
  }
});

test("every rule of the grammar is shown, as it is", () => {
  const plain = (text: string) => text.replace(/\s+/g, " ").trim();
  const productions = [...page.matchAll(/^```ebnf\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block.split(/\n(?=\S)/),
  );
  for (const each of productions) expect(plain(grammar), each).toContain(plain(each));
  const shown = productions.map((each) => each.split(" ")[0]);
  expect(shown.filter((name) => name !== "").toSorted()).toEqual([...rules.keys()].toSorted());
});
