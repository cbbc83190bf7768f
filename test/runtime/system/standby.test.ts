import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kill, pid } from "node:process";
import { promisify } from "node:util";
import { afterAll, afterEach, expect, test } from "vitest";
import { run } from "../../../src/runtime/system/program.ts";
import { lineTo, Standby } from "../../../src/runtime/system/standby.ts";
import { eventually } from "../../lab/process.ts";

const folder = mkdtempSync(join(tmpdir(), "ksp-standby-"));
afterAll(() => rmSync(folder, { recursive: true }));
let standby: Standby | undefined;
afterEach(() => standby?.stop());

/** Says its own number, and the last argument. */
const saying = ["sh", "-c", 'echo "$$ $1"', "saying"];
/** Children of this process by their number, of those that wait for an argument. */
const waiting = async (): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)("ps", ["-o", "pid=,args=", "--ppid", `${pid}`]);
  return stdout
    .split("\n")
    .flatMap((line) => (line.includes("read -r last") ? [Number(line.trim().split(" ")[0])] : []));
};

test("a command is run with the argument, each time by the program that waited", async () => {
  standby = new Standby(saying);
  expect(await standby.run("a first", 5_000)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+ a first\n$/),
  });
  const [next] = await waiting();
  expect(next).toBeGreaterThan(0);
  expect((await standby.run("second", 5_000)).stdout).toBe(`${next} second\n`);
});

test("what the command says and how it ends is told", async () => {
  standby = new Standby(["sh", "-c", 'echo "no $1" >&2; exit 3', "refusing"]);
  expect(await standby.run("such file", 5_000)).toEqual({ status: 3, stdout: "", stderr: "no such file\n" });
});

test("one that somebody ended meanwhile is started anew", async () => {
  standby = new Standby(saying);
  await standby.run("first", 5_000);
  const [next] = await waiting();
  kill(next ?? Number.NaN, "SIGKILL");
  await eventually("it to be gone", async () => (await waiting()).length === 0);
  expect((await standby.run("second", 5_000)).stdout).toMatch(/ second\n$/);
});

test("one that takes too long is killed", async () => {
  standby = new Standby(["sleep"]);
  expect((await standby.run("60", 200)).status).toBeNull();
});

test("none is left after a stop", async () => {
  standby = new Standby(saying);
  await standby.run("first", 5_000);
  expect(await waiting()).toHaveLength(1);
  standby.stop();
  await eventually("it to be gone", async () => (await waiting()).length === 0);
});

test("of an argument that this process could not finish, because it was killed, nothing is run", async () => {
  const [whole, half] = [join(folder, "whole"), join(folder, "half")];
  expect((await run(lineTo(["touch"]), { input: `${whole}\n` })).status).toBe(0);
  expect((await run(lineTo(["touch"]), { input: half })).status).not.toBe(0);
  expect((await run(lineTo(["touch"]))).status).not.toBe(0);
  expect([existsSync(whole), existsSync(half)]).toEqual([true, false]);
});
