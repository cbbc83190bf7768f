import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { bad, directory, everywhere, good, ksp } from "./ksp.ts";

const filesIn = async (path: string) => (await readdir(path, { recursive: true })).toSorted();

test("writes a directory for each policy and leaves nothing else behind", async () => {
  const cwd = await directory({ "home.ksp": good, "work.ksp": good.replace("policy home", "policy work") });
  const { code, stdout, stderr } = await ksp(["compile", "home.ksp", "work.ksp", "-o", "a/b"], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^a\/b\/home: \d+ files written\na\/b\/work: \d+ files written\n$/);
  expect(await readdir(join(cwd, "a/b"))).toEqual(["home", "work"]);
  expect(await filesIn(join(cwd, "a/b/home"))).toContain("nft/ruleset.nft");
});

test("an error in one policy leaves everything as it was", async () => {
  const cwd = await directory({ "home.ksp": good, "bad.ksp": bad });
  const { code, stdout, stderr } = await ksp(["compile", "home.ksp", "bad.ksp", "-o", "out"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("error[KSP1002]");
  expect(await readdir(cwd)).toEqual(["bad.ksp", "home.ksp"]);
});

test("a second compile replaces the first, and files of before are gone", async () => {
  const cwd = await directory({ "home.ksp": good });
  await ksp(["compile", "home.ksp", "-o", "out"], { cwd });
  const first = await filesIn(join(cwd, "out"));
  await writeFile(join(cwd, "out/home/nft/old.nft"), "old");
  await writeFile(join(cwd, "out/home/nft/ruleset.nft"), "changed");
  expect((await ksp(["compile", "home.ksp", "-o", "out"], { cwd })).code).toBe(0);
  expect(await filesIn(join(cwd, "out"))).toEqual(first);
  expect(await readFile(join(cwd, "out/home/nft/ruleset.nft"), "utf8")).not.toBe("changed");
});

test("what was compiled for one system is replaced by what is compiled for another", async () => {
  const cwd = await directory({ "home.ksp": everywhere });
  for (const target of ["wfp,pf", "nft", "pf"]) {
    const { code, stderr } = await ksp(["compile", "home.ksp", "-o", "out", "--target", target], { cwd });
    expect({ code, stderr }, target).toMatchObject({ code: 0 });
  }
});

test("a directory that holds other things is not replaced", async () => {
  const cwd = await directory({ "home.ksp": good });
  await mkdir(join(cwd, "home"));
  await writeFile(join(cwd, "home/notes.txt"), "mine");
  const { code, stderr } = await ksp(["compile", "home.ksp", "-o", "."], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain("error[KSP5006]: `home` holds `notes.txt`, which ksp did not write");
  expect(await filesIn(join(cwd, "home"))).toEqual(["notes.txt"]);
});

test("two policies of one name are refused", async () => {
  const cwd = await directory({ "a.ksp": good, "b.ksp": good });
  const { code, stderr } = await ksp(["compile", "a.ksp", "b.ksp", "-o", "out"], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain("error[KSP5005]: `a.ksp` and `b.ksp` both compile to `out/home`");
  expect(await readdir(cwd)).toEqual(["a.ksp", "b.ksp"]);
});

test("an output that cannot be written is trouble, not a finding", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stderr } = await ksp(["compile", "home.ksp", "-o", "home.ksp/out"], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error\[KSP5004\]: `home.ksp\/out\S*` cannot be written: a part of the path is not a directory\n/,
  );
});

test("--check passes where the output is up to date", async () => {
  const cwd = await directory({ "home.ksp": good });
  await ksp(["compile", "home.ksp", "-o", "out"], { cwd });
  const { code, stdout, stderr } = await ksp(["compile", "home.ksp", "-o", "out", "--check"], { cwd });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "out/home: up to date\n", stderr: "" });
});

test("--check shows what is stale, missing and orphaned, and writes nothing", async () => {
  const cwd = await directory({ "home.ksp": good });
  await ksp(["compile", "home.ksp", "-o", "out"], { cwd });
  const ruleset = join(cwd, "out/home/nft/ruleset.nft");
  const text = await readFile(ruleset, "utf8");
  await writeFile(ruleset, `${text}edited by hand\n`);
  await writeFile(join(cwd, "out/home/nft/left.nft"), "left over\n");
  const missing = (await filesIn(join(cwd, "out/home"))).filter(
    (file) => /\.(txt|nft)$/.test(file) && !/(ruleset|left)\.nft$/.test(file),
  )[0];
  await rm(join(cwd, "out/home", missing ?? ""));
  const { code, stdout, stderr } = await ksp(["compile", "home.ksp", "-o", "out", "--check"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("--- out/home/nft/ruleset.nft\n+++ out/home/nft/ruleset.nft\n");
  expect(stdout).toContain("\n-edited by hand\n");
  expect(stdout).toContain("--- out/home/nft/left.nft\n+++ /dev/null\n");
  expect(stdout).toContain(`--- /dev/null\n+++ out/home/${missing}\n`);
  expect(stderr).toContain("error[KSP5007]: `out/home/nft/ruleset.nft`");
  expect(stderr).toContain(`error[KSP5008]: \`out/home/${missing}\``);
  expect(stderr).toContain("error[KSP5009]: `out/home/nft/left.nft`");
  expect(await readFile(ruleset, "utf8")).toBe(`${text}edited by hand\n`);
});

test("--check sees the rules of a policy that is gone, and no folder that is no bundle", async () => {
  const cwd = await directory({ "home.ksp": good });
  await ksp(["compile", "home.ksp", "-o", "out"], { cwd });
  for (const file of ["gone/bundle.json", "notes/todo.txt"]) {
    await mkdir(join(cwd, "out", dirname(file)));
    await writeFile(join(cwd, "out", file), "{}\n");
  }
  const { code, stdout, stderr } = await ksp(["compile", "home.ksp", "-o", "out", "--check"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "out/home: up to date\n" });
  expect(stderr).toContain("error[KSP5009]: `out/gone` belongs to no policy any more\n");
  expect(stderr).not.toContain("notes");
});

test("--check where nothing was ever written", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stdout } = await ksp(["compile", "home.ksp", "-o", "out", "--check"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("--- /dev/null\n+++ out/home/nft/ruleset.nft\n");
  expect(await readdir(cwd)).toEqual(["home.ksp"]);
});

test("JSON holds findings and nothing else stands on standard output", async () => {
  const cwd = await directory({ "home.ksp": good });
  const stale = await ksp(["compile", "home.ksp", "-o", "out", "--check", "--format", "json"], { cwd });
  expect(stale.code).toBe(1);
  expect(JSON.parse(stale.stdout).diagnostics[0]).toMatchObject({ code: "KSP5008", name: "missing-file", file: null });
  const written = await ksp(["compile", "home.ksp", "-o", "out", "--format", "json"], { cwd });
  expect(JSON.parse(written.stdout)).toEqual({ version: 1, diagnostics: [], errors: 0, warnings: 0 });
});

test("--timings prints a line for each stage", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stderr } = await ksp(["compile", "home.ksp", "-o", "out", "--timings"], { cwd });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^home\.ksp {2}parse +\d+\.\d ms +\d+\.\d MB$/m);
});

test.each([
  [["compile", "home.ksp"], "required option '-o, --output <dir>' not specified"],
  [["compile", "-o", "out"], "missing required argument 'file'"],
  [["compile", "home.ksp", "-o", "out", "--target", "ipfw"], "Allowed choices are nft, iptables, wfp, pf."],
])("%j is a mistake of the call", async (args, message) => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stdout, stderr } = await ksp(args, { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(await readdir(cwd)).toEqual(["home.ksp"]);
});

test("a card gets a file of its own, each once; a tunnel is an error", async () => {
  const cwd = await directory({ "home.ksp": good });
  const call = (...more: readonly string[]) => ksp(["compile", "home.ksp", "-o", "out", ...more], { cwd });
  expect((await call("--egress", "eth0", "--egress", "eth1", "--egress", "eth0")).code).toBe(0);
  const hooks = await filesIn(join(cwd, "out/home/nft/egress"));
  const bundle = await readFile(join(cwd, "out/home/bundle.json"), "utf8");
  expect(bundle).toContain('"nft/egress/eth0.nft"');
  expect(bundle).toContain('"nft/egress/eth1.nft"');
  expect(hooks).toEqual(["eth0.nft", "eth1.nft"]);
  expect(await call("--egress", "wg0")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("error[KSP4003]: no egress hook: wg0 is the tunnel `wg0`"),
  });
});
