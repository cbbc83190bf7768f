import { setTimeout as pause } from "node:timers/promises";
import { runFolder, socketPath } from "../runtime/control/run-folder.ts";
import { ask } from "../runtime/control/socket.ts";
import type { Status } from "../runtime/status.ts";
import { control } from "./control.ts";
import { statusText } from "./status-text.ts";

const every = 500;

/** `ksp watch`: the status for as long as a daemon answers: on a terminal drawn anew, elsewhere a line for each change. */
export async function watch(): Promise<number> {
  let last = "";
  for (;;) {
    const answer = await ask(socketPath(runFolder), { command: "status" });
    // Said in the same words as by `ksp status`.
    if (!("status" in answer)) return control({ command: "status" }, { format: "text" });
    const line = changeLine(answer.status);
    if (process.stdout.isTTY) process.stdout.write(`\u001b[H\u001b[J${statusText(answer.status, Date.now())}`);
    else if (line !== last) process.stdout.write(`${new Date().toISOString()} ${line}\n`);
    last = line;
    await pause(every);
  }
}

/** What counts as a change: the state, and each probe that is not good. */
export function changeLine({ mode, state, chains }: Status): string {
  const bad = chains.flatMap(({ hops }) =>
    hops.flatMap(({ tunnel, probes }) =>
      probes.filter(({ good }) => !good).map(({ name, why }) => `${tunnel} ${name}: ${why}`),
    ),
  );
  return [`${mode}, ${state}`, ...bad].join("; ");
}
