import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Reconnection } from "../../src/runtime/reconnect.ts";

/** In real time: what the clock of the daemon says is up to the test. */
const turns = async (until: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 5_000 && !(await until()); i++) await new Promise(setImmediate);
  expect(await until()).toBe(true);
};

test("a program that hangs and does not end when it is told to is gone when the next one is tried", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ksp-reconnect-"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const script = `trap "" TERM; echo $$ >>${folder}/pids; sleep 1000`;
  const plan = {
    id: "reconnect-wg0",
    tunnel: "wg0",
    argv: { linux: ["sh", "-c", script] },
    backoff: { from: 100, to: 200 },
  };
  const reconnection = new Reconnection([plan], { note: () => {}, random: () => 0 });
  const pids = async (): Promise<readonly number[]> =>
    (await readFile(`${folder}/pids`, "utf8").catch(() => "")).split("\n").filter(Boolean).map(Number);
  const lives = (pid: number | undefined): boolean => {
    try {
      return process.kill(pid ?? 0, 0);
    } catch {
      return false;
    }
  };
  onTestFinished(async () => {
    vi.useRealTimers();
    reconnection.stop();
    for (const pid of await pids()) if (lives(pid)) process.kill(-pid, "SIGKILL");
    await rm(folder, { recursive: true });
  });
  reconnection.begin("wg0");
  vi.advanceTimersByTime(100);
  await turns(async () => (await pids()).length === 1);
  vi.advanceTimersByTime(15_000);
  await turns(async () => (await pids()).length === 2);
  const [first, second] = await pids();
  expect(lives(first), "it was told to end, and does not").toBe(true);
  vi.advanceTimersByTime(5_000);
  await turns(async () => !lives(first));
  expect(lives(second)).toBe(true);
});
