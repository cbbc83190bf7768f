import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check } from "../../src/check.ts";
import { compile } from "../../src/compile.ts";
import { catalogue } from "../../src/diagnostics/catalogue.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import type { Source } from "../../src/diagnostics/span.ts";
import { expiry } from "../../src/ir/checks-at-date.ts";
import type { Load } from "../../src/ir/expand/load.ts";
import { completed, type Example, examplesIn, filesIn } from "./examples.ts";

const folder = new URL("../../docs/diagnostics/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const index = read("README.md");
const codes = Object.entries(catalogue).toSorted(([a], [b]) => (a < b ? -1 : 1));
const host = examplesIn(index)[0]?.text ?? "";

function diagnose(example: Example, files: ReadonlyMap<string, string> = new Map()): readonly Diagnostic[] {
  const load: Load = (path) => {
    const text = files.get(path);
    return text === undefined ? { fault: "no such file or directory" } : { file: path, text };
  };
  const text = example.words.includes("whole") ? example.text : completed(example.text, host);
  const source = { file: "home.ksp", text };
  const at = example.words.indexOf("egress");
  const egress = at < 0 ? [] : example.words.slice(at + 1);
  return [...compile(source, { targets: ["nft"], egress, load }).diagnostics, ...dated(source, load, example.words)];
}

/** What is told only at a day: `at 2027-04-01` on the fence. */
function dated(source: Source, load: Load, words: readonly string[]): readonly Diagnostic[] {
  const at = words[words.indexOf("at") + 1];
  if (!words.includes("at") || !at) return [];
  const { policy, origins } = check(source, { load });
  return policy && origins ? expiry(policy, origins, at) : [];
}
const spell = ({ code, message }: Diagnostic): string => `${code} ${message}`;

test("every code has a page, and no page is without a code", () => {
  const pages = readdirSync(folder).filter((file) => file !== "README.md");
  expect(pages.toSorted()).toEqual(codes.map(([code]) => `${code}.md`));
});

test("the index lists every code by its name", () => {
  const rows = [...index.matchAll(/^\| \[(KSP\d{4})\]\((KSP\d{4})\.md\) \| (.*) \|$/gm)].map((row) => row.slice(1));
  expect(rows).toEqual(
    codes.map(([code, { name, severity }]) => [code, code, severity === "warning" ? `${name} (warning)` : name]),
  );
});

test("the policy that examples stand in is clean", () => {
  expect(diagnose({ words: ["whole"], text: host }).map(spell)).toEqual([]);
});

describe.each(codes)("%s", (code, { name, severity }) => {
  const page = read(`${code}.md`);
  const examples = examplesIn(page);
  const files = filesIn(page);
  const marked = (word: string): Example | undefined => examples.find(({ words }) => words.includes(word));

  test("the page begins with code and name, and says whether it is a warning", () => {
    expect(page.split("\n")[0]).toBe(`# ${code}: ${name}`);
    expect(page.split("\n")[2]?.startsWith("A warning.")).toBe(severity === "warning");
  });

  if (/^KSP([569]|30(?!90))/.test(code)) {
    test("what no policy can show has no example", () => {
      expect(examples).toEqual([]);
    });
    return;
  }

  test("the wrong example has this fault and no other, and comes with a way out", () => {
    const wrong = marked("wrong");
    const found = wrong && diagnose(wrong, files);
    expect(found?.map((each) => each.code)).toEqual([code]);
    // What a text may go on with stands in the label already.
    if (!code.startsWith("KSP1")) expect(found?.[0]?.help?.text).toMatch(/^[^A-Z].*[^.]$/);
  });

  test("the right example is clean", () => {
    const right = marked("right");
    expect(right && diagnose(right, files).map(spell)).toEqual([]);
  });
});
