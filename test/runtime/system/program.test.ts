import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kill } from "node:process";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { follow, run, start } from "../../../src/runtime/system/program.ts";

const program = new URL("../../../src/runtime/system/program.ts", import.meta.url);
const lock = new URL("../../../src/runtime/control/lock.ts", import.meta.url);

/** Alone in a process: it takes all descriptors that there are. */
const script = `
const { openSync } = await import("node:fs");
const { run } = await import("${program}");
const { takeLock } = await import("${lock}");
for (;;) try { openSync("/dev/null"); } catch { break; }
const { status, stderr } = await run(["true"]);
console.log(JSON.stringify([status, stderr, await takeLock("/nonexistent/lock", () => {})]));
process.exit();
`;

test("without a descriptor to spare a program is not started, and nothing throws", async () => {
  const command = ["--nofile=64:64", process.execPath, "--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)("prlimit", command);
  expect(JSON.parse(stdout)).toEqual([null, expect.stringContaining("EMFILE"), null]);
});

test("what Node throws, as for a lack of memory, is told as any other fault, and a signal to it is one to nobody", async () => {
  const refused = ["true", "x".repeat(200_000)];
  expect(await run(refused)).toMatchObject({ status: null, stderr: expect.stringContaining("E2BIG") });
  const started = start(refused);
  started.kill();
  expect(started.isRunning()).toBe(false);
  const why = await new Promise<string>((ended) => {
    follow(refused, { line: () => {}, complained: () => {}, ended });
  });
  expect(why).toContain("E2BIG");
});

/** As a daemon in a terminal, with its lock and its helpers; told to end, it says what is left of them. */
const inTerminal = `
const { follow, start } = await import("${program}");
const { takeLock } = await import("${lock}");
const ended = [];
process.on("SIGTERM", () => setTimeout(() => {
  console.log(JSON.stringify([waiting.isRunning(), ended]));
  waiting.kill(); monitor.stop(); held.release();
}, 300));
const waiting = start(["cat"]);
const monitor = follow(["sleep", "60"], { line: () => {}, complained: () => {}, ended: (why) => ended.push(why) });
const held = await takeLock(process.argv[1], () => ended.push("the lock"));
console.log("ready");
setTimeout(() => process.exit(), 5_000).unref();
`;

test("what a terminal sends to all of its programs takes no helper and no lock from the daemon", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ksp-terminal-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const args = ["--input-type=module", "-e", inTerminal, join(folder, "lock")];
  const daemon = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  daemon.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (text.startsWith("ready")) kill(-(daemon.pid ?? Number.NaN), "SIGTERM");
  });
  await once(daemon, "close");
  expect(said.split("\n")).toEqual(["ready", JSON.stringify([true, []]), ""]);
});
