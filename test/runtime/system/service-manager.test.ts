import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stayAlive } from "../../../src/runtime/system/service-manager.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";

/** systemd's end of the socket. */
const manager = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True: print(s.recv(4096).decode().split("\\n")[0], flush=True)
`;

test.skipIf(mayBeSkipped())(
  "systemd is told that the daemon is ready, and again and again that it is alive",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "ksp-notify-"));
    const path = join(folder, "socket");
    const child = spawn("python3", ["-c", manager, path]);
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    });
    await eventually("the manager", () => said.includes("bound"));
    const alive = stayAlive({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "300000" });
    onTestFinished(alive.stop);
    await eventually("three words", () => said.split("WATCHDOG=1").length > 3);
    expect(said).toContain("READY=1");
    alive.stop();
  },
);
