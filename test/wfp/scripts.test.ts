import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import { Language, type Node, Parser } from "web-tree-sitter";
import { loaderSource } from "../lab/wfp/rig.ts";

/** Scripts for Windows, by a grammar of PowerShell that others wrote for their editors: nothing here runs them. */
const require = createRequire(import.meta.url);
let parser: Parser;
beforeAll(async () => {
  await Parser.init();
  const grammar = readFileSync(require.resolve("tree-sitter-powershell/tree-sitter-powershell.wasm"));
  parser = new Parser().setLanguage(await Language.load(grammar));
});

const script = (name: string): string =>
  readFileSync(new URL(`../../src/emitters/wfp/${name}`, import.meta.url), "utf8");
function parsed(text: string): Node {
  const tree = parser.parse(text);
  if (!tree) throw new Error("no tree");
  return tree.rootNode;
}
const all = (text: string, type: string): readonly string[] =>
  parsed(text)
    .descendantsOfType(type)
    .flatMap((node) => node?.text ?? []);

describe.each(["apply.ps1", "hyperv.ps1"])("%s", (name) => {
  const text = script(name);

  test("is a script", () => {
    expect(parsed(text).hasError).toBe(false);
  });

  test("without a word or a bracket it is none", () => {
    const broken = [
      text.replace("param(", "param"),
      text.replace(/\}(?=[^}]*$)/, ""),
      text.replace("= 'Stop'", "= 'Stop"),
      text.replace("#>", "#"),
    ].filter((changed) => changed !== text);
    expect(broken.length).toBeGreaterThan(3);
    for (const changed of broken) expect(parsed(changed).hasError, changed).toBe(true);
  });

  test("PowerShell 5.1 reads it as it is written: it takes a file without a mark for ANSI", () => {
    expect(text).toMatch(/^[\t\n\x20-\x7e]*$/);
  });

  test("stops at an error and at a variable that is not there, and asks for an administrator", () => {
    expect(text).toContain("$ErrorActionPreference = 'Stop'");
    expect(text).toContain("Set-StrictMode -Version 2");
    expect(text).toContain("#requires -RunAsAdministrator");
  });
});

test("a warning of some compiler is no reason not to run", () => {
  const add = all(script("apply.ps1"), "command").filter((command) => command.startsWith("Add-Type"));
  expect(add).toEqual(["Add-Type -TypeDefinition $source -Language CSharp -IgnoreWarnings"]);
});

test("the program of apply.ps1 is one here-string, where nothing is filled in", () => {
  const literals = all(script("apply.ps1"), "verbatim_here_string_characters");
  expect(literals.map((text) => text.replace(/^@'\n/, "").replace(/'@$/, ""))).toEqual([loaderSource()]);
  expect(all(script("apply.ps1"), "expandable_here_string_literal")).toEqual([]);
});

test("hyperv.ps1 blocks anew before it takes an older rule away", () => {
  expect(all(script("hyperv.ps1"), "command_name")).toEqual([
    "Set-StrictMode",
    "Get-Command",
    "Get-NetFirewallHyperVRule",
    "New-NetFirewallHyperVRule",
    "Out-Null",
    "Remove-NetFirewallHyperVRule",
  ]);
});

test("apply.ps1 calls what its program has, and of Windows itself no more than this", () => {
  const [before = "", after = ""] = script("apply.ps1").split(loaderSource());
  const calls = [...(before + after).matchAll(/\[Ksp\.Wfp\]::(\w+)/g)].map(([, name]) => name);
  expect(calls).toEqual(["Remove", "Apply"]);
  for (const name of calls) expect(loaderSource()).toMatch(new RegExp(`public static string ${name}\\(`));
  expect([...new Set(all(script("apply.ps1"), "command_name"))].toSorted()).toEqual([
    "Add-Type",
    "ForEach-Object",
    "Get-ChildItem",
    "Join-Path",
    "Set-StrictMode",
  ]);
});
