import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { examplesIn } from "./examples.ts";

const page = readFileSync(new URL("../../docs/pf.md", import.meta.url), "utf8");
const [policy] = examplesIn(page);
const { files = new Map<string, string>(), diagnostics } = compile(
  { file: "laptop.ksp", text: policy?.text ?? "" },
  { targets: ["pf"] },
);
const moves = (files.get("pf/moves.txt") ?? "").replace(/^ {2}/gm, "");
const blocks = moves.split(/\n\n|\n$/).filter((block) => /^(tables|move .*)\n/.test(block));

/** What stands in a shell block of the page below a comment of its own line, as far as it runs pfctl: without what it keeps of a result. */
const shown = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, shell = ""]) =>
  shell
    .split(/^# /m)
    .slice(1)
    .map((part) => part.split(/\n(?=END$|exit |```|tun_|pfctl -a \S+ -F)|\n$/m)[0] ?? "")
    .map((move) => move.replace("loaded=$?\n", "")),
);

test("the policy of the page compiles", () => {
  expect(diagnostics).toEqual([]);
  expect(blocks.length).toBeGreaterThan(5);
});

test("each move on the page is one that the policy compiles to", () => {
  expect(shown.map((move) => move.split("\n")[0])).toEqual([
    "tables",
    "move disabled -> lockdown",
    "move lockdown -> down",
    "move down -> up",
    "move up -> down",
    "move up -> disabled",
  ]);
  for (const move of shown) expect(blocks).toContain(move);
});

test("each file of tables that the page names is written", () => {
  const named = [...page.matchAll(/tables\/[\w-]+\.txt/g)].map(([file]) => `pf/${file}`);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !files.has(file))).toEqual([]);
});
