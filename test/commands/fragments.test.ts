import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { directory, good, ksp } from "./ksp.ts";

const fragment = "ksp 1\nfragment office\nallow out to 203.0.113.0/28 tcp 443\n";
const importing = (path: string) => `${good}\nimport "${path}"\n`;
const listing = (path: string, more = "") => `${good}\nlist ads from "${path}"${more}\ndeny out to @ads\n`;

/** A directory with these files, in folders where their names say so. */
async function tree(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const cwd = await directory();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(cwd, name, ".."), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
  return cwd;
}
/** What `ksp check` says of `home.ksp`, one line a fault. */
async function faults(cwd: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout } = await ksp(["check", "--format", "plain", ...(args.length > 0 ? args : ["home.ksp"])], {
    cwd,
  });
  const lines = stdout.split("\n").filter((line) => line.includes(": error["));
  expect(code).toBe(lines.length === 0 ? 0 : 1);
  return lines.map((line) => line.replace(/^.*?: error/, "error"));
}
const refused = (path: string, reason: string) => [`error[KSP2065]: \`${path}\` is not loaded: ${reason}`];

describe("imports and list files", () => {
  test("are relative to the file that names them", async () => {
    const cwd = await tree({
      "home.ksp": importing("shared/office.ksp"),
      "shared/office.ksp": `${fragment}import "deeper/more.ksp"\n`,
      "shared/deeper/more.ksp": 'ksp 1\nfragment more\nlist ads from "../ads.txt"\ndeny out to @ads\n',
      "shared/ads.txt": "192.0.2.1\n",
    });
    expect(await ksp(["check", "home.ksp"], { cwd })).toEqual({ code: 0, stdout: "home.ksp: no errors\n", stderr: "" });
    expect(await ksp(["check", join(cwd, "home.ksp")], { cwd: "/" })).toMatchObject({ code: 0, stderr: "" });
    const { code } = await ksp(["compile", "home.ksp", "-o", "out"], { cwd });
    expect(code).toBe(0);
  });

  test("of standard input are relative to the working folder", async () => {
    const cwd = await tree({ "office.ksp": fragment });
    expect(await ksp(["check", "-"], { cwd, input: importing("office.ksp") })).toMatchObject({ code: 0 });
  });

  test("are shown where a fault stands in them", async () => {
    const cwd = await tree({
      "home.ksp": importing("office.ksp"),
      "office.ksp": fragment.replace("/28", "/24\n#").replace("203.0.113.0", "203.0.113.7"),
    });
    const { code, stdout } = await ksp(["check", "home.ksp"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain(" --> office.ksp:3:14\n");
    expect(stdout).toContain("3 | allow out to 203.0.113.7/24\n  |              ^^^^^^^^^^^^^^");
  });

  test("are named by explain", async () => {
    const cwd = await tree({ "home.ksp": importing("office.ksp"), "office.ksp": fragment });
    const { stdout } = await ksp(["explain", "home.ksp", "out to 203.0.113.7 tcp 443"], { cwd });
    expect(stdout).toMatch(/ office\.ksp:3: allow out to 203\.0\.113\.0\/28 tcp 443\n/);
    expect(stdout).toMatch(/ line 4: tunnel wg0\n/);
  });

  test("that two policies share are told of once", async () => {
    const cwd = await tree({
      "home.ksp": importing("office.ksp"),
      "work.ksp": importing("office.ksp").replace("policy home", "policy work"),
      "office.ksp": "ksp 1\nfragment office\nalow dhcp\n",
    });
    expect(await faults(cwd, "home.ksp", "work.ksp")).toEqual(["error[KSP1002]: unknown statement `alow`"]);
  });
});

describe("the project's folder", () => {
  const outside = (path: string, root = ".") =>
    refused(path, `it stands outside of \`${root}\`; --root names a wider folder`);

  test("is not left by `..`, whether the file exists or not", async () => {
    const cwd = await tree({ "a/home.ksp": importing("../office.ksp"), "office.ksp": fragment });
    expect(await faults(join(cwd, "a"))).toEqual(outside("../office.ksp"));
    await writeFile(join(cwd, "a/home.ksp"), importing("../none.ksp"));
    expect(await faults(join(cwd, "a"))).toEqual(outside("../none.ksp"));
    expect(await faults(cwd, "a/home.ksp")).toEqual(outside("../none.ksp", "a"));
  });

  test("is not left by a symbolic link to a file or a folder", async () => {
    const cwd = await tree({ "a/home.ksp": importing("link.ksp"), "b/office.ksp": fragment });
    await symlink("../b/office.ksp", join(cwd, "a/link.ksp"));
    await symlink("../b", join(cwd, "a/folder"));
    expect(await faults(join(cwd, "a"))).toEqual(outside("link.ksp"));
    await writeFile(join(cwd, "a/home.ksp"), importing("folder/office.ksp"));
    expect(await faults(join(cwd, "a"))).toEqual(outside("folder/office.ksp"));
  });

  test("is not left from a fragment either", async () => {
    const cwd = await tree({
      "a/home.ksp": importing("office.ksp"),
      "a/office.ksp": `${fragment}list ads from "../ads.txt"\n`,
      "ads.txt": "192.0.2.1\n",
    });
    expect(await faults(join(cwd, "a"))).toEqual(outside("../ads.txt"));
  });

  test("is widened by --root", async () => {
    const cwd = await tree({ "a/home.ksp": importing("../office.ksp"), "office.ksp": fragment });
    expect(await faults(cwd, "--root", ".", "a/home.ksp")).toEqual([]);
    const compiled = await ksp(["compile", "--root", "..", "home.ksp", "-o", "out"], { cwd: join(cwd, "a") });
    expect(compiled.code).toBe(0);
    const explained = await ksp(["explain", "--root", "..", "home.ksp", "out to 203.0.113.7 tcp 443"], {
      cwd: join(cwd, "a"),
    });
    expect(explained).toMatchObject({ code: 0, stderr: "" });
  });

  test("may itself be reached by a symbolic link", async () => {
    const cwd = await tree({ "a/home.ksp": importing("sub/office.ksp"), "a/sub/office.ksp": fragment });
    await symlink("a", join(cwd, "b"));
    expect(await faults(cwd, "b/home.ksp")).toEqual([]);
  });

  test("a link inside it is one file with its target", async () => {
    const cwd = await tree({ "home.ksp": `${importing("office.ksp")}import "link.ksp"\n`, "office.ksp": fragment });
    await symlink("office.ksp", join(cwd, "link.ksp"));
    expect(await faults(cwd)).toEqual([]);
  });

  test("that does not exist", async () => {
    const cwd = await tree({ "home.ksp": importing("office.ksp"), "office.ksp": fragment });
    expect(await faults(cwd, "--root", "none", "home.ksp")).toEqual(
      refused("office.ksp", "the root `none`: no such file or directory"),
    );
  });
});

describe("a file is refused", () => {
  test.each([
    ["none.ksp", "no such file or directory"],
    ["folder", "it is a directory"],
    ["home.ksp/x", "a part of the path is not a directory"],
    ["/etc/hostname", "the path is absolute; write it relative to this file"],
    ["C:/office.ksp", "the path is absolute; write it relative to this file"],
    ["pipe", "it is no regular file"],
    ["latin1.ksp", "it is not UTF-8 text"],
    ["large.txt", "it is larger than 20 MB"],
    ["", "the path is empty"],
  ])("%s: %s", async (path, reason) => {
    const cwd = await tree({
      "home.ksp": importing(path),
      "folder/x": "",
      "latin1.ksp": Buffer.from("caf\u00e9", "latin1"),
      "large.txt": "",
    });
    expect(spawnSync("mkfifo", [join(cwd, "pipe")]).status).toBe(0);
    await truncate(join(cwd, "large.txt"), 20_000_001);
    expect(await faults(cwd)).toEqual(refused(path, reason));
    await writeFile(join(cwd, "home.ksp"), listing(path));
    expect(await faults(cwd)).toEqual(refused(path, reason));
  });

  test("with another folder sign than `/`", async () => {
    const cwd = await tree({ "home.ksp": `${good}import 'a\\b.ksp'\n` });
    expect(await faults(cwd)).toEqual(refused("a\\b.ksp", "folders are separated by `/`"));
  });
});

test("a cycle ends", async () => {
  const cwd = await tree({
    "home.ksp": importing("office.ksp"),
    "office.ksp": `${fragment}import "sub/more.ksp"\n`,
    "sub/more.ksp": 'ksp 1\nfragment more\nimport "../office.ksp"\n',
  });
  expect(await faults(cwd)).toEqual(["error[KSP2067]: the imports lead back to `office.ksp`"]);
});

test("the policy itself is no fragment", async () => {
  const cwd = await tree({ "home.ksp": importing("office.ksp"), "office.ksp": `${fragment}import "home.ksp"\n` });
  expect(await faults(cwd)).toEqual(["error[KSP2067]: the imports lead back to `home.ksp`"]);
});

test("a digest that does not match", async () => {
  const cwd = await tree({ "home.ksp": listing("ads.txt", ` sha256 "${"0".repeat(64)}"`), "ads.txt": "192.0.2.1\n" });
  expect(await faults(cwd)).toEqual(["error[KSP2070]: `ads.txt` is not the file that was pinned"]);
  const digest = createHash("sha256").update("192.0.2.1\n").digest("hex");
  await writeFile(join(cwd, "home.ksp"), listing("ads.txt", ` sha256 "${digest}"`));
  expect(await faults(cwd)).toEqual([]);
});

test("a list of 100,000 lines is checked", async () => {
  const lines = Array.from(
    { length: 100_000 },
    (_, i) => `${20 + (i >>> 15)}.${(i >>> 7) & 255}.${(i & 127) * 2}.0/24\r\n`,
  );
  const cwd = await tree({
    "home.ksp": listing("ads.txt", " no wider than /24"),
    "ads.txt": `\ufeff# feed\r\n${lines.join("")}`,
  });
  expect(await faults(cwd)).toEqual([]);
});
