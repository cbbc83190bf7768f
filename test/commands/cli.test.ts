import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { wantsColour } from "../../src/commands/output.ts";
import { bad, cli, directory, good, ksp } from "./ksp.ts";

test("--version is the package's", async () => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  const ran = await ksp(["--version"], { cwd: await directory() });
  expect(ran).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test.each(["check", "compile", "fmt", "explain"])("%s --help shows an example", async (command) => {
  const { code, stdout } = await ksp([command, "--help"], { cwd: await directory() });
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ ksp ${command} `));
});

test.each([[[]], [["frobnicate"]], [["check", "--frobnicate", "x"]], [["check", "--format", "xml", "x"]]])(
  "%j is a mistake of the call",
  async (args) => {
    const { code, stdout, stderr } = await ksp(args, { cwd: await directory() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toBe("");
  },
);

test("a reader that stops reading is no failure", async () => {
  const cwd = await directory({ "long.ksp": `${good}${"# a comment that fills the pipe\n".repeat(20_000)}` });
  const script = '"$0" "$1" fmt long.ksp | head -n 1; exit $PIPESTATUS';
  const ran = await new Promise((resolve) => {
    execFile("bash", ["-c", script, process.execPath, cli], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
  expect(ran).toEqual({ code: 0, stdout: "ksp 1\n", stderr: "" });
});

test("a full disk behind standard output is trouble", async () => {
  const cwd = await directory({ "home.ksp": good });
  const ran = await new Promise((resolve) => {
    execFile("bash", ["-c", '"$0" "$1" fmt home.ksp > /dev/full', process.execPath, cli], { cwd }, (error, _, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    );
  });
  expect(ran).toEqual({ code: 2, stderr: "error: standard output cannot be written: ENOSPC\n" });
});

// The bug is planted from outside: sorting the findings throws.
const broken = ["--import", 'data:text/javascript,Array.prototype.toSorted=()=>{throw new Error("boom")}'];

test("a bug in ksp says so, without a stack", async () => {
  const { code, stderr } = await ksp(["check", "bad.ksp"], { cwd: await directory({ "bad.ksp": bad }), node: broken });
  expect(code).toBe(3);
  expect(stderr).toMatch(/^error: this is a bug in ksp \S+: boom\nTo report it, /);
  expect(stderr).not.toContain("    at ");
});

test("KSP_DEBUG=1 adds the stack", async () => {
  const cwd = await directory({ "bad.ksp": bad });
  const { code, stderr } = await ksp(["check", "bad.ksp"], { cwd, node: broken, env: { KSP_DEBUG: "1" } });
  expect(code).toBe(3);
  expect(stderr).toMatch(/\n {4}at .*\.ts:\d+/);
});

test("colour needs a terminal whose owner has not said no", () => {
  expect(wantsColour({ isTTY: true }, {})).toBe(true);
  expect(wantsColour({ isTTY: true }, { NO_COLOR: "" })).toBe(true);
  expect(wantsColour({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColour({ isTTY: true }, { TERM: "dumb" })).toBe(false);
  expect(wantsColour({}, {})).toBe(false);
});
