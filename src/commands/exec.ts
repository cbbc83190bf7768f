import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { placeInto } from "../runtime/apps/place.ts";
import { ownSocketPath, runFolder } from "../runtime/control/run-folder.ts";
import { ask, type Response } from "../runtime/control/socket.ts";
import { control } from "./control.ts";
import { present } from "./output.ts";

/** `ksp exec`: runs a command as an app of the policy in force, and ends as it does. It waits while the app is paused. */
export async function exec(name: string, command: readonly string[]): Promise<number> {
  const answer = await running(name);
  if (!("status" in answer)) return control({ command: "status" }, { format: "text" });
  const app = answer.status.apps.find((each) => each.name === name);
  if (!app) return refuse(`the policy \`${answer.status.policy}\` has no app \`${name}\``);
  const { SUDO_UID: user, SUDO_GID: group } = process.env;
  const placed = await placeInto(app.linux, command, {
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
  });
  if ("fault" in placed) return refuse(`\`${name}\`: ${placed.fault}`);
  const [program = "", ...args] = placed.argv;
  const child = spawn(program, args, { stdio: "inherit" });
  // A terminal sends its signals to the command as well; others are passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  try {
    const [status, signal]: readonly [number | null, NodeJS.Signals | null] = await once(child, "exit").then(
      ([code, by]) => [code, by],
    );
    return status ?? 128 + (signal ? constants.signals[signal] : 0);
  } catch (error) {
    return refuse(`${program}: ${error instanceof Error ? error.message : error}`);
  }
}

/** A user's program that starts during a pause would not be paused. */
async function running(name: string): Promise<Response | { readonly unreachable: string }> {
  for (let rounds = 0; ; rounds++) {
    const answer = await ask(ownSocketPath(runFolder), { command: "status" });
    if (!("status" in answer) || !answer.status.paused.includes(name)) return answer;
    if (rounds === 0) process.stderr.write(`\`${name}\` is paused until its tunnel is open: waiting\n`);
    await pause(250);
  }
}

const refuse = (reason: string): number =>
  present({ diagnostics: [diagnostic("KSP5056", { reason })], sources: [] }, "text", process.stderr);
