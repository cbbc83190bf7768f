import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { App } from "../../../src/ir/policy.ts";
import { setPaused } from "../../../src/runtime/apps/apps.ts";
import { controlGroupRoot, mountOf, processesIn } from "../../../src/runtime/apps/control-groups.ts";
import { ownersOf } from "../../../src/runtime/apps/processes.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";

test("control groups of version 2 are found where they are mounted", () => {
  const line = (place: string, kind: string) => `30 25 0:26 / ${place} rw,nosuid - ${kind} none rw\n`;
  expect(mountOf(line("/sys/fs/cgroup/cpu", "cgroup") + line("/sys/fs/cgroup/unified", "cgroup2"))).toBe(
    "/sys/fs/cgroup/unified",
  );
  expect(mountOf(line("/sys/fs/cgroup/cpu", "cgroup"))).toBeUndefined();
});

test("a process belongs to whom it runs as", () => {
  expect(ownersOf("Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t7\t7\t7\t7\n")).toEqual({ user: 1000, group: 7 });
  expect(ownersOf("")).toBeUndefined();
});

const app = (linux: App["identity"]["linux"]): App => ({
  id: "app-x",
  name: "x",
  identity: linux ? { linux } : {},
  traffic: "tunnel",
  onLoss: "pause",
});
const stateOf = (pid: number): string => /^State:\t(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
/** A shell with a child of its own: both must stop. */
const tree = async (uid?: number): Promise<readonly number[]> => {
  const child: ChildProcess = spawn("sh", ["-c", "sleep 60 & echo $!; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let below = "";
  child.stdout?.on("data", (text) => {
    below += text;
  });
  await eventually("the tree", () => below.endsWith("\n"));
  const pids = [child.pid ?? 0, Number(below)];
  onTestFinished(() => {
    for (const pid of pids) {
      process.kill(pid, "SIGCONT");
      process.kill(pid, "SIGKILL");
    }
  });
  return pids;
};

describe.skipIf(mayBeSkipped())("an app", () => {
  test("of a slice is frozen with all below it, and thawed", async () => {
    const root = (await controlGroupRoot()) ?? "";
    expect(existsSync(root)).toBe(true);
    const name = `ksptest${process.pid}.slice`;
    const folder = join(root, name);
    mkdirSync(join(folder, "inner"), { recursive: true });
    onTestFinished(async () => {
      await eventually("the group to be empty", async () => (await processesIn(folder)).length === 0);
      rmdirSync(join(folder, "inner"));
      rmdirSync(folder);
    });
    const pids = await tree();
    for (const pid of pids) writeFileSync(join(folder, "inner", "cgroup.procs"), `${pid}`);
    expect(await setPaused(app({ kind: "slice", path: name }), true)).toBe("frozen");
    expect(readFileSync(join(folder, "inner", "cgroup.events"), "utf8")).toContain("frozen 1");
    expect(await setPaused(app({ kind: "slice", path: name }), false)).toBe("frozen");
    expect(readFileSync(join(folder, "inner", "cgroup.events"), "utf8")).toContain("frozen 0");
  });

  test("of a user is stopped with its children, and goes on", async () => {
    const uid = 64_000 + (process.pid % 1_000);
    const pids = await tree(uid);
    expect(await setPaused(app({ kind: "user", id: uid }), true)).toBe("stopped");
    await eventually("both to be stopped", () => pids.every((pid) => stateOf(pid) === "T"));
    expect(await setPaused(app({ kind: "user", id: uid }), false)).toBe("stopped");
    await eventually("both to go on", () => pids.every((pid) => stateOf(pid) === "S"));
  });

  test("that does not run needs nothing", async () => {
    expect(await setPaused(app({ kind: "slice", path: "ksp-never.slice" }), true)).toBe("nothing runs");
    expect(await setPaused(app({ kind: "group", id: 65_123 }), true)).toBe("nothing runs");
    expect(await setPaused(app(undefined), true)).toBe("nothing runs");
  });
});
