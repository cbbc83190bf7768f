import { chmod, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bad, directory, good, ksp } from "./ksp.ts";

const read = (cwd: string, file: string) => readFile(join(cwd, file), "utf8");

test("fixes in place, tells what, and leaves the rest", async () => {
  const worse = bad.replace("allow lan", "allow out to 0.0.0.0/0");
  const cwd = await directory({ "a.ksp": bad, "b.ksp": worse, "c.ksp": good });
  await chmod(join(cwd, "a.ksp"), 0o640);
  const { code, stdout } = await ksp(["check", "--fix", "a.ksp", "b.ksp", "c.ksp", "--format", "plain"], { cwd });
  expect(code).toBe(1);
  const fixed = "fixed KSP1002: unknown statement `tunel`";
  expect(stdout.split("\n").slice(0, 2)).toEqual([`a.ksp: ${fixed}`, `b.ksp: ${fixed}`]);
  expect(stdout).toMatch(/^b\.ksp:17:\d+: error\[KSP2034\]/m);
  expect(stdout).toMatch(/\n3 files, 1 error\n$/);
  expect(await read(cwd, "a.ksp")).toBe(good);
  expect(await read(cwd, "b.ksp")).toBe(worse.replace("tunel", "tunnel"));
  expect((await stat(join(cwd, "a.ksp"))).mode & 0o777).toBe(0o640);
  expect(await readdir(cwd)).toEqual(["a.ksp", "b.ksp", "c.ksp"]);
});

test("a file with nothing to fix is not written", async () => {
  const cwd = await directory({ "c.ksp": good });
  const before = await stat(join(cwd, "c.ksp"));
  expect(await ksp(["check", "--fix", "c.ksp"], { cwd })).toEqual({
    code: 0,
    stdout: "c.ksp: no errors\n",
    stderr: "",
  });
  expect((await stat(join(cwd, "c.ksp"))).ino).toBe(before.ino);
});

test("standard input: the fixed text alone on standard output", async () => {
  const { code, stdout, stderr } = await ksp(["check", "--fix", "-"], { cwd: await directory(), input: bad });
  expect({ code, stdout }).toEqual({ code: 0, stdout: good });
  expect(stderr).toBe("-: fixed KSP1002: unknown statement `tunel`\n-: no errors\n");
});

test("standard input that is good, or cannot be fixed, comes out as it went in", async () => {
  const hopeless = good.replace("allow lan", "allow out to 0.0.0.0/0");
  for (const [input, expected] of [
    [good, 0],
    [hopeless, 1],
  ] as const) {
    const { code, stdout } = await ksp(["check", "--fix", "-"], { cwd: await directory(), input });
    expect({ code, stdout }).toEqual({ code: expected, stdout: input });
  }
});

test("JSON names what was fixed and what is left", async () => {
  const cwd = await directory({ "a.ksp": bad });
  const { code, stdout } = await ksp(["check", "--fix", "a.ksp", "--format", "json"], { cwd });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    fixed: [{ file: "a.ksp", code: "KSP1002", message: "unknown statement `tunel`", help: "a similar word exists" }],
    diagnostics: [],
    errors: 0,
    warnings: 0,
  });
});

test("a document and the fixed text do not share standard output", async () => {
  const ran = await ksp(["check", "--fix", "-", "--format", "sarif"], { cwd: await directory(), input: bad });
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr).toContain("cannot both go to standard output");
});
