import { chmod, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bad, directory, good, ksp } from "./ksp.ts";

const untidy = good.replace("allow lan\n", "allow lan   \n");

test("prints the formatted text and leaves the file alone", async () => {
  const cwd = await directory({ "home.ksp": untidy });
  const { code, stdout, stderr } = await ksp(["fmt", "home.ksp"], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("allow lan\n");
  expect(stdout).not.toContain("allow lan ");
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(untidy);
});

test("--check names and shows what is not formatted", async () => {
  const cwd = await directory({ "home.ksp": untidy });
  const { code, stdout, stderr } = await ksp(["fmt", "--check", "home.ksp"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("\n-allow lan   \n+allow lan\n");
  expect(stderr).toContain("error[KSP5010]: `home.ksp` is not formatted");
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(untidy);
});

test("--write formats in place, and --check is then content", async () => {
  const cwd = await directory({ "home.ksp": untidy });
  await chmod(join(cwd, "home.ksp"), 0o640);
  await symlink("home.ksp", join(cwd, "link.ksp"));
  expect(await ksp(["fmt", "--write", "link.ksp"], { cwd })).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toContain("allow lan\n");
  expect((await stat(join(cwd, "home.ksp"))).mode & 0o777).toBe(0o640);
  expect(await readdir(cwd)).toEqual(["home.ksp", "link.ksp"]);
  expect(await ksp(["fmt", "--check", "home.ksp"], { cwd })).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a file with an error keeps all of them unwritten and unprinted", async () => {
  const cwd = await directory({ "home.ksp": untidy, "bad.ksp": bad });
  const { code, stdout, stderr } = await ksp(["fmt", "home.ksp", "bad.ksp"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("error[KSP1002]");
  expect((await ksp(["fmt", "--write", "home.ksp", "bad.ksp"], { cwd })).code).toBe(1);
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(untidy);
});

test("a byte order mark is no part of the text", async () => {
  const { code, stdout } = await ksp(["fmt", "home.ksp"], { cwd: await directory({ "home.ksp": `\ufeff${good}` }) });
  expect(code).toBe(0);
  expect(stdout.slice(0, 6)).toBe("ksp 1\n");
});

test.each([
  [["fmt"], "missing required argument"],
  [["fmt", "--write", "-"], "standard input cannot be rewritten"],
  [["fmt", "--write", "--check", "home.ksp"], "cannot be used with"],
])("%j is a mistake of the call", async (args, message) => {
  const { code, stderr } = await ksp(args, { cwd: await directory({ "home.ksp": untidy }) });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
