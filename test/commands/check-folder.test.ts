import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bad, directory, good, ksp } from "./ksp.ts";

const fragment = "ksp 1\nfragment guest\n\nallow lan\n";
const warned = good.replace("allow lan\n", "allow lan\nallow out to 192.168.1.7\n");

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await directory();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(cwd, path, ".."), { recursive: true });
    await writeFile(join(cwd, path), text);
  }
  return cwd;
}
const named = (stdout: string) => [...new Set(stdout.match(/^\S+?(?=:\d+:\d+: (?:error|warning))/gm))];

test("every policy below a directory, by name, with a summary", async () => {
  const cwd = await tree({
    "p/z.ksp": bad,
    "p/a/b.ksp": bad,
    "p/a.ksp": warned,
    "p/good.ksp": good,
    "p/notes.txt": "x",
  });
  const { code, stdout } = await ksp(["check", "p", "--format", "plain"], { cwd });
  expect(code).toBe(1);
  expect(named(stdout)).toEqual(["p/a.ksp", "p/a/b.ksp", "p/z.ksp"]);
  expect(stdout).toMatch(/\n4 files, 2 errors, 1 warning\n$/);
});

test("all good, and only warned of", async () => {
  const cwd = await tree({ "p/a.ksp": good, "p/b.ksp": good, "q/c.ksp": warned });
  expect(await ksp(["check", "p"], { cwd })).toEqual({ code: 0, stdout: "2 files, no errors\n", stderr: "" });
  const { code, stdout } = await ksp(["check", "p", "q"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\n3 files, 1 warning\n$/);
});

test("a file that is named and found counts once", async () => {
  const cwd = await tree({ "p/a.ksp": bad, "p/b.ksp": good });
  const { stdout } = await ksp(["check", "p/a.ksp", "p", "p/", "--format", "plain"], { cwd });
  expect(named(stdout)).toEqual(["p/a.ksp"]);
  expect(stdout).toMatch(/\n2 files, 1 error\n$/);
});

const importing = `${good}\nimport "guest.ksp"\n`;

test("a fragment is checked with the policies that import it", async () => {
  const cwd = await tree({ "p/guest.ksp": fragment.replace("lan", "out to 203.0.113.7"), "p/home.ksp": importing });
  for (const paths of [["p"], ["p/home.ksp", "p/guest.ksp"], ["p/guest.ksp", "p"]])
    expect(await ksp(["check", ...paths], { cwd })).toEqual({ code: 0, stdout: "2 files, no errors\n", stderr: "" });
});

test("a fragment that nobody imports is told of, and is an error where it was named", async () => {
  const cwd = await tree({ "p/guest.ksp": fragment, "p/home.ksp": good });
  const said = async (...paths: readonly string[]) => {
    const { code, stdout } = await ksp(["check", ...paths, "--format", "plain"], { cwd });
    return [code, stdout.split("\n")[0]];
  };
  expect(await said("p")).toEqual([0, "p/guest.ksp:2:10: warning[KSP5012]: no policy imports this fragment"]);
  const alone = "p/guest.ksp:2:10: error[KSP2069]: `guest` is a fragment, not a policy";
  expect(await said("p/guest.ksp")).toEqual([1, alone]);
  expect(await said("p/home.ksp", "p/guest.ksp")).toEqual([1, alone]);
});

test("what a faulty policy imports is not known, so nothing is said of that", async () => {
  const cwd = await tree({ "p/guest.ksp": fragment, "p/home.ksp": importing.replace("tunnel", "tunel") });
  const { stdout } = await ksp(["check", "p", "--format", "plain"], { cwd });
  expect(named(stdout)).toEqual(["p/home.ksp"]);
});

test("a broken fragment is told of once, however it is reached", async () => {
  const broken = fragment.replace("allow", "alow");
  const cwd = await tree({ "p/guest.ksp": broken, "p/home.ksp": importing, "p/work.ksp": importing });
  for (const [from, path] of [
    [cwd, "p"],
    ["/", join(cwd, "p")],
  ] as const) {
    const { stdout } = await ksp(["check", path, "--format", "plain"], { cwd: from });
    expect(stdout.match(/KSP1002/g)).toHaveLength(1);
    expect(stdout).toMatch(/\n3 files, 1 error\n$/);
  }
});

test("imports may reach up to the folder that was named", async () => {
  const cwd = await tree({ "p/guest.ksp": fragment, "p/a/home.ksp": importing.replace("guest.ksp", "../guest.ksp") });
  expect((await ksp(["check", "p"], { cwd })).stdout).not.toContain("KSP2065");
  expect((await ksp(["check", "p/a"], { cwd })).stdout).toContain("KSP2065");
});

test("links below a directory are not followed, the directory itself may be one", async () => {
  const cwd = await tree({ "outside/bad.ksp": bad, "p/home.ksp": good });
  await symlink("../outside/bad.ksp", join(cwd, "p/link.ksp"));
  await symlink("../outside", join(cwd, "p/outside"));
  await symlink(".", join(cwd, "p/circle"));
  await symlink("p", join(cwd, "policies"));
  expect(await ksp(["check", "policies"], { cwd })).toEqual({
    code: 0,
    stdout: "policies/home.ksp: no errors\n",
    stderr: "",
  });
});

test.each([
  ["nothing", {}],
  ["other files", { "p/a.txt": "x" }],
  ["fragments alone", { "p/guest.ksp": fragment }],
])("a directory of %s is nothing to check", async (_, files) => {
  const cwd = await tree({ "good.ksp": good, ...files });
  await mkdir(join(cwd, "p"), { recursive: true });
  const { code, stdout } = await ksp(["check", "p", "good.ksp"], { cwd });
  expect(code).toBe(2);
  expect(stdout).toContain("error[KSP5011]: `p` holds no policy\n");
});

test.each(["text", "plain", "github"])("as %s, a summary of several files stands last", async (format) => {
  const cwd = await tree({ "p/a.ksp": bad, "p/b.ksp": good });
  expect((await ksp(["check", "p", "--format", format], { cwd })).stdout).toMatch(/\n2 files, 1 error\n$/);
});
