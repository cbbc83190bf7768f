import { existsSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { version } from "../../src/commands/version.ts";
import { parseXml } from "../diagnostics/xml.ts";
import { bad, directory, good, ksp } from "./ksp.ts";

test("a good policy is fine", async () => {
  const cwd = await directory({ "home.ksp": good });
  expect(await ksp(["check", "home.ksp"], { cwd })).toEqual({ code: 0, stdout: "home.ksp: no errors\n", stderr: "" });
});

test("a finding is printed with its place, and fails", async () => {
  const cwd = await directory({ "good.ksp": good, "bad.ksp": bad });
  const { code, stdout, stderr } = await ksp(["check", "good.ksp", "bad.ksp"], { cwd });
  expect(code).toBe(1);
  expect(stderr).toBe("");
  expect(stdout).toContain("error[KSP1002]: unknown statement `tunel`\n --> bad.ksp:4:1\n");
  expect(stdout).toContain("4 | tunel wg0 {\n  | ^^^^^");
  expect(stdout).toMatch(/\n2 files, 1 error\n$/);
  expect(stdout).not.toContain("no errors");
});

test("no colour without a terminal", async () => {
  const cwd = await directory({ "bad.ksp": bad });
  const { stdout } = await ksp(["check", "bad.ksp"], { cwd, env: { FORCE_COLOR: "1" } });
  expect(stdout).toContain("KSP1002");
  expect(stdout).not.toContain("\u001b");
});

test("standard input", async () => {
  const { code, stdout } = await ksp(["check", "-", "--format", "plain"], { cwd: await directory(), input: bad });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^-:4:1: error\[KSP1002\]: /);
});

test("JSON on standard output, findings or not", async () => {
  const cwd = await directory({ "good.ksp": good, "bad.ksp": bad });
  const fine = await ksp(["check", "good.ksp", "--format", "json"], { cwd });
  expect(fine.code).toBe(0);
  expect(JSON.parse(fine.stdout)).toEqual({ version: 1, diagnostics: [], errors: 0, warnings: 0 });
  const found = await ksp(["check", "bad.ksp", "--format", "json"], { cwd });
  expect(found.code).toBe(1);
  expect(JSON.parse(found.stdout)).toMatchObject({
    errors: 1,
    diagnostics: [{ code: "KSP1002", file: "bad.ksp", start: { line: 4, column: 1 }, end: { line: 4, column: 6 } }],
  });
});

test("nothing to check is a mistake of the call", async () => {
  const { code, stdout, stderr } = await ksp(["check"], { cwd: await directory() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("missing required argument 'path'");
});

test("missing files are named, and the others still checked", async () => {
  const cwd = await directory({ "bad.ksp": bad });
  const { code, stdout } = await ksp(["check", "gone.ksp", "bad.ksp", "--format", "plain"], { cwd });
  expect(code).toBe(2);
  expect(stdout).toContain("error[KSP5001]: `gone.ksp` cannot be read: no such file or directory\n");
  expect(stdout).toContain("bad.ksp:4:1: error[KSP1002]");
});

test("text that is not UTF-8 is refused with its line", async () => {
  const latin1 = Buffer.from(good.replace("allow lan", "allow lan # café"), "latin1");
  const utf16 = Buffer.from(`\ufeff${good}`, "utf16le");
  const cwd = await directory({ "latin1.ksp": latin1, "utf16.ksp": utf16 });
  const { code, stdout } = await ksp(["check", "latin1.ksp", "utf16.ksp"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain(
    "error[KSP5002]: `latin1.ksp` is not UTF-8 text\n  = note: the first bytes that are not stand in line 17\n",
  );
  expect(stdout).toContain("error[KSP5002]: `utf16.ksp` is not UTF-8 text\n  = note: it starts like UTF-16 text\n");
});

test("a file named twice is checked once", async () => {
  const cwd = await directory({ "home.ksp": good });
  expect((await ksp(["check", "home.ksp", "home.ksp"], { cwd })).stdout).toBe("home.ksp: no errors\n");
});

test("a file over 20 MB is refused", async () => {
  const cwd = await directory({ "large.ksp": "" });
  await truncate(join(cwd, "large.ksp"), 20_000_001);
  const { code, stdout } = await ksp(["check", "large.ksp"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("error[KSP5003]: `large.ksp` is larger than 20 MB\n");
});

test.each(["json", "sarif", "junit"])("%s is one document on standard output, findings or not", async (format) => {
  const cwd = await directory({ "good.ksp": good, "bad.ksp": bad });
  for (const [file, expected] of [
    ["good.ksp", 0],
    ["bad.ksp", 1],
    ["gone.ksp", 2],
  ] as const) {
    const { code, stdout, stderr } = await ksp(["check", file, "--format", format], { cwd });
    expect({ code, stderr }).toEqual({ code: expected, stderr: "" });
    if (format === "junit") expect(parseXml(stdout).name).toBe("testsuites");
    else expect(Object.keys(JSON.parse(stdout))).toContain("version");
  }
});

test("SARIF names this version and pages that exist", async () => {
  const { stdout } = await ksp(["check", "-", "--format", "sarif"], { cwd: await directory(), input: bad });
  const { driver } = JSON.parse(stdout).runs[0].tool;
  expect(driver.version).toBe(version());
  expect(existsSync(new URL(driver.rules[0].helpUri))).toBe(true);
});
