import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bad, directory, good, ksp } from "./ksp.ts";

const packet = "out to 8.8.8.8 udp 53";

test("a table with a row for every state", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stdout, stderr } = await ksp(["explain", "home.ksp", packet], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [words = "", blank, head = "", ...rows] = stdout.trimEnd().split("\n");
  expect(words).toContain("8.8.8.8");
  expect(blank).toBe("");
  expect(head.split(/ {2,}/)).toEqual(["state", "interface", "verdict", "stage", "rule", "from"]);
  expect(rows.map((row) => row.split(" ")[0])).toEqual(expect.arrayContaining(["down", "up"]));
  const column = head.indexOf("verdict");
  for (const row of rows) expect(row.slice(column - 1, column + 6)).toMatch(/^ (accept|drop|reject)( |$)/);
});

test("what is told partly is shown by a packet that goes the other way", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { stdout } = await ksp(["explain", "home.ksp", "out to 8.8.8.8"], { cwd });
  expect(stdout).toMatch(/^up +through wg0 +accept, partly +tunnel /m);
  expect(stdout).toMatch(
    /\n\npartly, because of others:\nup +reject +out on wg0 from 10\.64\.0\.2 40000 to 8\.8\.8\.8 udp 53 user 1000 new +names are asked of declared resolvers alone\n$/,
  );
});

test("a forwarded packet has a column for where it comes in", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { stdout } = await ksp(["explain", "home.ksp", "forward to 8.8.8.8 tcp 443"], { cwd });
  const [, , head = "", row = ""] = stdout.split("\n");
  expect(head.split(/ {2,}/).slice(0, 4)).toEqual(["state", "arrival", "interface", "verdict"]);
  expect(row.split(/ {2,}/)[1]).toBe("anywhere");
});

test("JSON holds the packet and its rows", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stdout } = await ksp(["explain", "home.ksp", packet, "--format", "json"], { cwd });
  expect(code).toBe(0);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ version: 1, diagnostics: [], errors: 0 });
  expect(answer.packet).toContain("8.8.8.8");
  expect(answer.rows.length).toBeGreaterThan(1);
  expect(Object.keys(answer.rows[0])).toEqual(
    expect.arrayContaining(["state", "interface", "verdict", "rule", "from"]),
  );
});

test("a mistake in the policy is a finding", async () => {
  const cwd = await directory({ "bad.ksp": bad });
  const { code, stdout, stderr } = await ksp(["explain", "bad.ksp", packet], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("bad.ksp:4:1");
});

test("a mistake in the packet is shown in the packet", async () => {
  const cwd = await directory({ "home.ksp": good });
  const { code, stdout, stderr } = await ksp(["explain", "home.ksp", "bad packet"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(" --> <packet>:1:1\n");
  expect(stderr).toContain("1 | bad packet\n  | ^^^");
});

test("a packet must be named", async () => {
  const { code, stderr } = await ksp(["explain", "home.ksp"], { cwd: await directory({ "home.ksp": good }) });
  expect(code).toBe(2);
  expect(stderr).toContain("a packet is missing");
});

test("a code that does not exist", async () => {
  const { code, stdout, stderr } = await ksp(["explain", "ksp9999"], { cwd: await directory() });
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: "error: there is no code KSP9999\n" });
});

test("the page of a code", async () => {
  const page = await readFile(new URL("../../docs/diagnostics/KSP2001.md", import.meta.url), "utf8");
  expect(page).toContain("KSP2001");
  const ran = await ksp(["explain", "ksp2001"], { cwd: await directory() });
  expect(ran).toEqual({ code: 0, stdout: page, stderr: "" });
});
