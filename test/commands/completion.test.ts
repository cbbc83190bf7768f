import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { cli } from "./ksp.ts";

const run = (...args: readonly string[]): string => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
};
const source = [cli, fileURLToPath(new URL("../../src/commands/options.ts", import.meta.url))]
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");
const all = (expression: RegExp): readonly string[] => [
  ...new Set([...source.matchAll(expression)].map(([, found]) => found ?? "")),
];
/** As the sources spell them. */
const commands = all(/\.command\("([a-z]+)"/g);
const options = all(/(--[a-z]+)[ "]/g).filter((option) =>
  new RegExp(`(?:Option\\(|ption\\()\\s*"(?:-\\w, )?${option}`).test(source),
);

test("there is something to look for", () => {
  expect(commands).toContain("completion");
  expect(options).toEqual(expect.arrayContaining(["--format", "--root", "--output", "--check"]));
});

describe("in bash", () => {
  let script = "";
  beforeAll(() => {
    script = run("completion", "bash");
  });
  /** What is offered for the last word of a line. */
  function offered(...words: readonly string[]): readonly string[] {
    const line = ["ksp", ...words].map((word) => `'${word}'`).join(" ");
    const { stdout, stderr } = spawnSync(
      "bash",
      [
        "--norc",
        "-c",
        `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _ksp; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { encoding: "utf8", cwd: "/" },
    );
    expect(stderr).toBe("");
    return stdout.split("\n").filter((word) => word !== "");
  }

  test("commands come first", () => {
    expect(offered("").filter((word) => !word.startsWith("-"))).toEqual(commands);
    expect(offered("co")).toEqual(commands.filter((command) => command.startsWith("co")));
  });
  test("a command's options follow a dash", () => {
    expect(offered("fmt", "-")).toEqual(["--check", "--write", "-h", "--help"]);
    expect(offered("check", "home.ksp", "--fo")).toEqual(["--format"]);
  });
  test("a choice offers its values, a folder folders", () => {
    expect(offered("check", "--format", "")).toEqual(["text", "plain", "github", "json", "sarif", "junit"]);
    expect(offered("compile", "-o", "tm")).toEqual(["tmp"]);
    expect(offered("completion", "z")).toEqual(["zsh"]);
  });
  test("everything else is left to the shell, which offers files", () => {
    expect(offered("check", "home")).toEqual([]);
    expect(script).toContain("complete -o default -F _ksp ksp");
  });
});

test.each(["bash", "zsh", "fish"])("%s knows every command and every option", (shell) => {
  const script = run("completion", shell);
  for (const command of commands) expect(script).toMatch(new RegExp(`\\b${command}\\b`));
  for (const option of options)
    expect(script).toMatch(new RegExp(shell === "fish" ? `-l ${option.slice(2)}\\b` : `${option}\\b`));
});

test("the manual has every command, every option, the examples and the exit codes", () => {
  const page = run("man").replaceAll("\\-", "-");
  for (const command of commands) expect(page).toContain(`\n.SS ksp ${command}\n`);
  for (const option of options) expect(page).toContain(option);
  for (const example of all(/"((?:cat [^"]* \| )?ksp [^"]*)"/g)) expect(page).toContain(`\n$ ${example}\n`);
  expect(page).toMatch(/\.SH EXIT STATUS\n0 fine, 1 findings/);
  expect(page).not.toMatch(/undefined|\[object|\d+\.\d+\.\d+\n/);
});
