import { chmod, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewrite } from "../../src/commands/rewrite.ts";
import { bad, directory, good, ksp } from "./ksp.ts";

const read = (cwd: string, file: string) => readFile(join(cwd, file), "utf8");

test("fixes in place, tells and shows what, and leaves what would still not compile", async () => {
  const worse = bad.replace("allow lan", "allow out to 0.0.0.0/0");
  const cwd = await directory({ "a.ksp": bad, "b.ksp": worse, "c.ksp": good });
  await chmod(join(cwd, "a.ksp"), 0o640);
  const { code, stdout } = await ksp(["check", "--fix", "a.ksp", "b.ksp", "c.ksp", "--format", "plain"], { cwd });
  expect(code).toBe(1);
  const word = "KSP1002: unknown statement `tunel`";
  expect(stdout.split("\n").slice(0, 4)).toEqual([
    `a.ksp: fixed ${word}`,
    expect.stringContaining(`b.ksp: not fixed ${word}: KSP2034 would remain: `),
    "--- a.ksp",
    "+++ a.ksp",
  ]);
  expect(stdout).toContain("\n-tunel wg0 {\n+tunnel wg0 {\n");
  expect(stdout).toMatch(/^b\.ksp:4:1: error\[KSP1002\]/m);
  expect(stdout).toMatch(/\n3 files, 1 error\n$/);
  expect(await read(cwd, "a.ksp")).toBe(good);
  expect(await read(cwd, "b.ksp")).toBe(worse);
  expect((await stat(join(cwd, "a.ksp"))).mode & 0o777).toBe(0o640);
  expect(await readdir(cwd)).toEqual(["a.ksp", "b.ksp", "c.ksp"]);
});

const fragment = "ksp 1\nfragment office\nallow out to 203.0.113.0/28 tcp 443\n";
const importing = `${good}\nimport "office.ksp"\n`;

test("what is imported is fixed where its folder or the file itself is named", async () => {
  const broken = fragment.replace("allow", "alow");
  for (const paths of [["."], ["home.ksp", "office.ksp"], ["home.ksp"]]) {
    const cwd = await directory({ "home.ksp": importing, "office.ksp": broken });
    const { code, stdout } = await ksp(["check", "--fix", ...paths, "--format", "plain"], { cwd });
    const isNamed = paths.join() !== "home.ksp";
    expect(await read(cwd, "office.ksp")).toBe(isNamed ? fragment : broken);
    expect(stdout.split("\n")[0]).toBe(
      isNamed
        ? "office.ksp: fixed KSP1002: unknown statement `alow`"
        : "office.ksp: not fixed KSP1002: unknown statement `alow`: this file was not named",
    );
    expect(code).toBe(isNamed ? 0 : 1);
  }
});

test("when one file cannot be written, none is, and nothing is left behind", async () => {
  const cwd = await directory({ "a.ksp": bad, "b.ksp": bad });
  const [first, second] = ["a.ksp", "b.ksp"].map((name) => join(cwd, name));
  const run = await rewrite([
    { source: { file: first ?? "", text: bad }, text: good },
    { source: { file: `${second}/none`, text: bad }, text: good },
  ]);
  expect(run.map(({ code }) => code)).toEqual(["KSP5004"]);
  expect([await read(cwd, "a.ksp"), await readdir(cwd)]).toEqual([bad, ["a.ksp", "b.ksp"]]);
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
    left: [],
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
