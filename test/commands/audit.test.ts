import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { drop, field, type Listed, listing, recorded, table } from "../proof/audit/listings.ts";
import { directory, ksp } from "./ksp.ts";

const policy = await readFile(new URL("../../examples/home-wireguard.ksp", import.meta.url), "utf8");
const ours = recorded("home.up");
const text = (...others: readonly (readonly Listed[])[]): string => listing(ours, ...others).get("nft") ?? "";
const refusing = table({ type: "filter", hook: "output", prio: 50 }, [[field("ip", "daddr", "198.51.100.7"), drop]]);
const call = ["audit", "home.ksp", "--target", "nft", "--listing", "rules.json"];

test("what was listed is in force", async () => {
  const cwd = await directory({ "home.ksp": policy, "rules.json": text() });
  expect(await ksp(call, { cwd })).toEqual({
    code: 0,
    stdout: "home.ksp: in force: state `up`, and no rule of others opens or breaks anything\n",
    stderr: "",
  });
});

test("where nothing is in force, no state is told", async () => {
  const cwd = await directory({ "home.ksp": policy, "rules.json": '{"nftables":[]}' });
  const { code, stdout } = await ksp(call, { cwd });
  expect(code).toBe(1);
  expect(stdout).not.toContain("in force: state");
  expect(JSON.parse((await ksp([...call, "--format", "json"], { cwd })).stdout)).not.toHaveProperty("state");
});

test("a finding names the rule, the states and a packet", async () => {
  const cwd = await directory({ "home.ksp": policy, "rules.json": text(refusing) });
  const { code, stdout } = await ksp(call, { cwd });
  expect(code).toBe(1);
  const line = 1 + ours.length + refusing.length;
  expect(stdout).toContain(`--> rules.json:${line}:1`);
  expect(stdout).toContain(`${line} | inet other chain: ip daddr 198.51.100.7 drop`);
  expect(stdout).toMatch(/= note: every state: out on eth0 from .* to 198\.51\.100\.7 udp 51820/);
  expect(stdout).toMatch(/\nhome\.ksp: in force: state `up`\n$/);
  const document = JSON.parse((await ksp([...call, "--format", "json"], { cwd })).stdout);
  expect(document.state).toBe("up");
  expect(document.findings).toMatchObject([
    { kind: "breaks", place: { file: "rules.json", line }, states: ["lockdown", "down", "up"] },
  ]);
  expect(document.diagnostics).toMatchObject([{ code: "KSP6003", file: "rules.json", start: { line } }]);
});

test("a listing that cannot be read is trouble with the call", async () => {
  const cwd = await directory({ "home.ksp": policy });
  const { code, stdout } = await ksp(call, { cwd });
  expect(code).toBe(2);
  expect(stdout).toContain("`rules.json` cannot be read");
});
