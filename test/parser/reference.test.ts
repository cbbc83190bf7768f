import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { print } from "../../src/parser/printer.ts";
import { statementWords } from "../../src/parser/tokens.ts";
import { head, tree } from "./samples.ts";

const page = readFileSync(new URL("../../grammar/README.md", import.meta.url), "utf8");
const grammar = readFileSync(new URL("../../grammar/ksp.ebnf", import.meta.url), "utf8");
const fenced = (kind: string): readonly string[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, type, text]) => (type === kind && text ? [text] : []));
/** An example is a whole file, or statements. */
const whole = (example: string): string => (example.startsWith("ksp ") ? example : head + example);

describe("every example of the reference", () => {
  test.each(fenced("ksp").map((example) => ({ name: example.split("\n")[0], example })))("$name", ({ example }) => {
    expect(print(tree(whole(example)))).toBe(whole(example));
  });
});

test("every statement has a section with an example of it", () => {
  const sections = [...page.matchAll(/^## ([a-z0-9]+)$/gm)].map(([, word]) => word ?? "");
  expect(sections.toSorted()).toEqual(statementWords.toSorted());
  const shown = new Set<string>(
    fenced("ksp").flatMap((example) => tree(whole(example)).statements.map(({ kind }) => kind)),
  );
  expect(statementWords.filter((word) => !shown.has(word))).toEqual([]);
});

test("every production of the reference stands in the grammar as it is", () => {
  const plain = (text: string) => text.replace(/ +#.*$/gm, "").replace(/\s+/g, " ");
  const productions = fenced("ebnf")
    .flatMap((block) => block.split(/\n(?=\S)/))
    .filter((line) => line.trim() !== "");
  expect(productions.length).toBeGreaterThan(statementWords.length);
  for (const each of productions) expect(plain(grammar), each).toContain(plain(each).trim());
});
