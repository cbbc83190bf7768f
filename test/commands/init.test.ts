import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { init } from "../../src/index.ts";
import { directory, ksp } from "./ksp.ts";

const key = "c2VjcmV0IGtleSBvZiBub2JvZHkgYXQgYWxsIGhlcmU9";
const conf = `[Interface]
PrivateKey = ${key}
Address = 10.64.0.2/32
DNS = 10.64.0.1

[Peer]
PublicKey = ${key}
AllowedIPs = 0.0.0.0/0
Endpoint = 198.51.100.7:51820
`;
const named = conf.replace("198.51.100.7", "vpn.example");

test("the policy goes to standard output, the reasons to standard error", async () => {
  const cwd = await directory({ "wg0.conf": conf });
  const { code, stdout, stderr } = await ksp(["init", "--from", "wg0.conf"], { cwd });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^decided: the carrier is the mark 0xca6c/);
  const checked = await ksp(["check", "-"], { cwd, input: stdout });
  expect(checked).toEqual({ code: 0, stdout: "-: no errors\n", stderr: "" });
});

test("a question is printed with its place and fails; the policy is written and does not compile", async () => {
  const cwd = await directory({ "wg0.conf": named });
  const { code, stdout, stderr } = await ksp(["init", "--from", "wg0.conf", "-o", "home.ksp"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("warning[KSP5023]: the configuration does not say the addresses of `vpn.example`\n");
  expect(stderr).toContain("9 | Endpoint = vpn.example:51820\n  |            ^^^");
  const checked = await ksp(["check", "home.ksp"], { cwd });
  expect(checked.code).toBe(1);
  expect(checked.stdout).toContain("error[KSP2110]: nobody pinned the addresses of `vpn.example`");
});

test("one configuration named twice is no chain of two hops, nor of one", async () => {
  const cwd = await directory({ "wg0.conf": conf });
  const { code, stdout, stderr } = await ksp(["init", "--from", "wg0.conf", "--from", "wg0.conf"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("error[KSP5022]: the same configuration twice cannot be imported\n");
  expect(
    init([
      { file: "wg0.conf", text: conf },
      { file: "copy.conf", text: conf },
    ]),
  ).toMatchObject({
    diagnostics: [{ code: "KSP5022", primary: { span: { file: "copy.conf" }, text: "`wg0.conf` says just the same" } }],
  });
});

test("a file is overwritten with --force only", async () => {
  const cwd = await directory({ "wg0.conf": conf, "home.ksp": "mine\n" });
  const args = ["init", "--from", "wg0.conf", "-o", "home.ksp"];
  const kept = await ksp(args, { cwd });
  expect(kept.code).toBe(2);
  expect(kept.stderr).toContain("error[KSP5004]: `home.ksp` cannot be written: something else has this name");
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe("mine\n");
  expect((await ksp([...args, "--force"], { cwd })).code).toBe(0);
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toMatch(/^ksp 1\n/);
});

test("a refused configuration writes nothing and shows no key", async () => {
  const cwd = await directory({ "wg0.conf": conf.replace("PrivateKey =", "PrivateKey") });
  const { code, stdout, stderr } = await ksp(["init", "--from", "wg0.conf", "-o", "home.ksp"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("error[KSP5021]: this line cannot be read: it is no `Key = value`\n --> wg0.conf:2:1\n");
  expect(stderr).not.toContain(key.slice(0, 8));
  await expect(readFile(join(cwd, "home.ksp"))).rejects.toThrow("ENOENT");
});

test("JSON holds policy, notes and findings", async () => {
  const cwd = await directory({ "wg0.conf": named });
  const { code, stdout, stderr } = await ksp(["init", "--from", "wg0.conf", "--format", "json"], { cwd });
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  const { policy, notes, diagnostics } = JSON.parse(stdout);
  expect(policy).toMatch(/^ksp 1\npolicy wg0\n/);
  expect(notes[0]).toEqual({ kind: "decided", text: expect.stringContaining("0xca6c") });
  expect(diagnostics).toMatchObject([{ code: "KSP5023", file: "wg0.conf", start: { line: 9, column: 12 } }]);
  expect(stdout).not.toContain(key.slice(0, 8));
});

test("two files are two hops; a missing one is a mistake of the call", async () => {
  const cwd = await directory({ "wg0.conf": conf, "wg1.conf": conf.replace("198.51.100.7", "203.0.113.9") });
  const { stdout } = await ksp(["init", "--from", "wg0.conf", "wg1.conf"], { cwd });
  expect(stdout).toContain("chain wg0-wg1 = wg0 -> wg1\n");
  const missing = await ksp(["init", "--from", "wg0.conf", "gone.conf"], { cwd });
  expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 2, stdout: "" });
});
