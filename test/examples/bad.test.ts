import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { applyEdits } from "../../src/diagnostics/edits.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { report } from "../../src/diagnostics/report.ts";
import { compile, type Diagnostic } from "../../src/index.ts";

const folder = fileURLToPath(new URL("../../examples/bad", import.meta.url));
const namesOf = (ending: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => basename(file, ending))
    .sort();
const policies = namesOf(".ksp");

const diagnose = (file: string, text: string): readonly Diagnostic[] =>
  compile({ file, text }, { targets: ["nft"] }).diagnostics;

test("every message has its policy, and every policy its message", () => {
  expect(namesOf(".txt")).toEqual(policies);
});

describe.each(policies)("%s", (name) => {
  const source = { file: `${name}.ksp`, text: readFileSync(join(folder, `${name}.ksp`), "utf8") };
  const found = diagnose(source.file, source.text);

  test("has one message", () => {
    expect(found.map(({ code, message }) => `${code} ${message}`)).toHaveLength(1);
  });

  test("which reads as it should", async () => {
    await expect(renderText(report(found, [source]), { colour: false })).toMatchFileSnapshot(
      join(folder, `${name}.txt`),
    );
  });

  const edits = found[0]?.help?.edits ?? [];
  if (edits.length > 0)
    test("and whose edit leaves a clean policy", () => {
      expect(diagnose(source.file, applyEdits(source.text, edits).text)).toEqual([]);
    });
});
