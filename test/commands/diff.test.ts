import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { bad, directory, good, ksp } from "./ksp.ts";

const wider = good
  .replace("allow lan\n", "allow out to 203.0.113.0/24 tcp 443\n")
  .replace("198.51.100.7", "198.51.100.8");
const files = { "old.ksp": good, "new.ksp": wider, "more.ksp": `${good}allow out to 203.0.113.9 tcp 443\n` };

test("a file against itself is empty", async () => {
  const ran = await ksp(["diff", "old.ksp", "old.ksp", "--fail-on", "changed", "--rules"], {
    cwd: await directory(files),
  });
  expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("what opens, what closes, who decides", async () => {
  const { code, stdout, stderr } = await ksp(["diff", "old.ksp", "more.ksp"], { cwd: await directory(files) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(`statements:
  + line 23: allow out to 203.0.113.9 tcp 443

in every state:
  + out on not lo, wg0 to 203.0.113.9 tcp 443
      out on eth0 from 192.168.1.2 40000 to 203.0.113.9 tcp 443 user 1000 new
      before: dropped, what nothing opens stays closed
      after:  passes, line 23: allow out to 203.0.113.9 tcp 443
`);
});

test("a block that changed inside shows the lines that differ", async () => {
  const { stdout } = await ksp(["diff", "old.ksp", "new.ksp"], { cwd: await directory(files) });
  expect(stdout).toMatch(
    /^statements:\n {4}line 4: tunnel wg0\n {6}- server 198.51.100.7 udp 51820\n {6}\+ server 198.51.100.8 udp 51820\n {2}- line 17: allow lan\n/,
  );
});

test.each([
  ["old.ksp", "more.ksp", "opened", 1],
  ["old.ksp", "more.ksp", "closed", 0],
  ["more.ksp", "old.ksp", "opened,closed", 1],
])("%s to %s, failing on what is %s, ends with %i", async (before, after, changes, code) => {
  const ran = await ksp(["diff", before, after, "--fail-on", changes], { cwd: await directory(files) });
  expect(ran.code).toBe(code);
});

test("--rules adds the difference of the rules", async () => {
  const { stdout } = await ksp(["diff", "old.ksp", "more.ksp", "--rules"], { cwd: await directory(files) });
  expect(stdout).toContain("\n--- states.txt\n+++ states.txt\n@@ ");
  expect(stdout).toMatch(/\n\+ +exemption +accept +out ipv4 not on loopback, wg0 to 203.0.113.9 tcp 443 /);
});

test("JSON is as its schema says", async () => {
  const schema = JSON.parse(await readFile(new URL("../../schema/diff.schema.json", import.meta.url), "utf8"));
  const fits = new Ajv({ strict: true }).compile(schema);
  const cwd = await directory({ ...files, "bad.ksp": bad });
  const run = async (...args: readonly string[]) =>
    JSON.parse((await ksp(["diff", ...args, "--format", "json"], { cwd })).stdout);
  const full = await run("old.ksp", "new.ksp", "--rules", "--fail-on", "opened,changed");
  expect(fits(full)).toBe(true);
  expect(full).toMatchObject({ before: "old.ksp", after: "new.ksp", failed: ["opened", "changed"], errors: 0 });
  const broken = await run("old.ksp", "bad.ksp");
  expect(fits(broken)).toBe(true);
  expect(broken).toMatchObject({ errors: 1, failed: [] });
  expect(broken.diff).toBeUndefined();
  full.diff.opened[0].states = [];
  expect(fits(full)).toBe(false);
});

test("a mistake in a policy is a finding, a file that is not there is trouble, a change that is not known is usage", async () => {
  const cwd = await directory({ ...files, "bad.ksp": bad });
  const broken = await ksp(["diff", "bad.ksp", "old.ksp"], { cwd });
  expect(broken).toMatchObject({ code: 1, stdout: "" });
  expect(broken.stderr).toContain("bad.ksp:4:1");
  expect((await ksp(["diff", "old.ksp", "gone.ksp"], { cwd })).code).toBe(2);
  expect((await ksp(["diff", "old.ksp", "new.ksp", "--fail-on", "opend"], { cwd })).code).toBe(2);
});

test("standard input is one of the two", async () => {
  const ran = await ksp(["diff", "-", "old.ksp"], { cwd: await directory(files), input: good });
  expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
});
