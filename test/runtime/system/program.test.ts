import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

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
