import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewrite } from "../../src/commands/rewrite.ts";
import { dnsServer } from "./dns-server.ts";
import { directory, good, ksp } from "./ksp.ts";

const named = good.replace("server 198.51.100.7", 'server host "vpn.example"');
const pinned = good.replace("server 198.51.100.7", 'server host "vpn.example" at 9.9.9.9, 2620:fe::fe');
const records = { "vpn.example": ["2620:fe::fe", "9.9.9.9"] };

test("writes the addresses, shows the difference, and the policy compiles", async () => {
  const cwd = await directory({ "home.ksp": named });
  await chmod(join(cwd, "home.ksp"), 0o640);
  await symlink("home.ksp", join(cwd, "link.ksp"));
  const args = ["pin", "link.ksp", "--resolver", await dnsServer(records)];
  const { code, stdout, stderr } = await ksp(args, { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(
    '\n-  server host "vpn.example" udp 51820\n+  server host "vpn.example" at 9.9.9.9, 2620:fe::fe udp 51820\n',
  );
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(pinned);
  expect((await stat(join(cwd, "home.ksp"))).mode & 0o777).toBe(0o640);
  expect(await readdir(cwd)).toEqual(["home.ksp", "link.ksp"]);
  expect((await ksp(["compile", "home.ksp", "-o", "rules"], { cwd })).code).toBe(0);
  expect(await ksp(args, { cwd })).toEqual({
    code: 0,
    stdout: "link.ksp: every name has the addresses that stand there\n",
    stderr: "",
  });
});

test("--check writes nothing and fails where addresses are missing or old", async () => {
  const old = pinned.replace("9.9.9.9", "9.9.9.10");
  const cwd = await directory({ "home.ksp": old, "good.ksp": pinned });
  const resolver = ["--resolver", await dnsServer(records)];
  const { code, stdout, stderr } = await ksp(["pin", "home.ksp", "--check", ...resolver], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("\n-  server host");
  expect(stderr).toContain("error[KSP5033]: `home.ksp` does not hold the addresses that its names have now");
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(old);
  expect((await ksp(["pin", "good.ksp", "--check", ...resolver], { cwd })).code).toBe(0);
  const piped = await ksp(["pin", "-", "--check", ...resolver], { cwd, input: old });
  expect({ code: piped.code, stdout: piped.stdout }).toEqual({ code: 1, stdout: stdout.replaceAll("home.ksp", "-") });
});

test.each([
  ["it does not exist", {}, "the name does not exist"],
  ["it has no address", { "vpn.example": [] }, "the name has none"],
  ["the resolver fails", { "vpn.example": 2 }, "the resolver failed"],
  ["the resolver refuses", { "vpn.example": 5 }, "the resolver refuses"],
])("nothing is written where %s", async (_, zone, reason) => {
  const cwd = await directory({ "home.ksp": named });
  const { code, stdout, stderr } = await ksp(["pin", "home.ksp", "--resolver", await dnsServer(zone)], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("error[KSP5030]: the addresses of `vpn.example` are not known: ");
  expect(stderr).toContain(`${reason}\n --> home.ksp:7:15\n`);
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(named);
});

test("a fragment is written, and the policy that imports it is not touched", async () => {
  const office = 'ksp 1\nfragment office\n\nallow host "sso.example" tcp 443\n';
  const policy = good.replace("allow lan\n", 'allow lan\n\nimport "office.ksp"\n');
  const cwd = await directory({ "office.ksp": office, "home.ksp": policy });
  const resolver = await dnsServer({ "sso.example": ["9.9.9.10"] });
  const { code, stdout } = await ksp(["pin", "home.ksp", "--resolver", resolver], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("--- office.ksp\n+++ office.ksp\n");
  expect(await readFile(join(cwd, "office.ksp"), "utf8")).toBe(
    office.replace('"sso.example"', '"sso.example" at 9.9.9.10'),
  );
  expect(await readFile(join(cwd, "home.ksp"), "utf8")).toBe(policy);
});

test("JSON holds the difference", async () => {
  const cwd = await directory({ "home.ksp": named });
  const args = ["pin", "home.ksp", "--check", "--format", "json", "--resolver", await dnsServer(records)];
  const { code, stdout, stderr } = await ksp(args, { cwd });
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({
    patch: expect.stringContaining("+  server host"),
    diagnostics: [{ code: "KSP5033" }],
  });
});

test("from a configuration to a policy that compiles", async () => {
  const conf = `[Interface]
PrivateKey = secret
Address = 10.64.0.2/32
DNS = 10.64.0.1

[Peer]
PublicKey = key
AllowedIPs = 0.0.0.0/0
Endpoint = vpn.example:51820
`;
  const cwd = await directory({ "wg0.conf": conf });
  expect((await ksp(["init", "--from", "wg0.conf", "-o", "home.ksp"], { cwd })).code).toBe(1);
  expect((await ksp(["check", "home.ksp"], { cwd })).code).toBe(1);
  expect((await ksp(["pin", "home.ksp", "--resolver", await dnsServer(records)], { cwd })).code).toBe(0);
  expect((await ksp(["check", "home.ksp"], { cwd })).code).toBe(0);
});

test.each([
  [["pin"], "missing required argument"],
  [["pin", "-"], "standard input cannot be rewritten"],
  [["pin", "home.ksp", "--resolver", "dns.example"], "a resolver is an address"],
  [["pin", "gone.ksp"], "cannot be read"],
])("%j is a mistake of the call", async (args, message) => {
  const { code, stderr } = await ksp(args, { cwd: await directory({ "home.ksp": named }) });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("files are rewritten together or not at all, and none that changed since it was read", async () => {
  const cwd = await directory({ "a.ksp": "a\n", "b.ksp": "b\n" });
  const file = (name: string) => ({ source: { file: join(cwd, name), text: `${name[0]}\n` }, text: "new\n" });
  await writeFile(join(cwd, "b.ksp"), "changed\n");
  const refused = await rewrite([file("a.ksp"), file("b.ksp")]);
  expect(refused.map(({ message }) => message)).toEqual([
    `\`${join(cwd, "b.ksp")}\` cannot be written: it has changed since it was read`,
  ]);
  expect(await readFile(join(cwd, "a.ksp"), "utf8")).toBe("a\n");
  expect(await readdir(cwd)).toEqual(["a.ksp", "b.ksp"]);
  expect(await rewrite([file("a.ksp")])).toEqual([]);
  expect(await readFile(join(cwd, "a.ksp"), "utf8")).toBe("new\n");
});
