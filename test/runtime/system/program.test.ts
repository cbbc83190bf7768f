import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
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
