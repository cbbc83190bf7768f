import { setTimeout as pause } from "node:timers/promises";
import { readHits } from "../runtime/backends.ts";
import { ownSocketPath, runFolder } from "../runtime/control/run-folder.ts";
import { ask, type Request } from "../runtime/control/socket.ts";
import type { Hits } from "../runtime/firewall/hits.ts";
import type { Status } from "../runtime/status.ts";
import { control } from "./control.ts";
import { statusText } from "./status-text.ts";
import { table } from "./table.ts";

const every = 500;

/**
 * `ksp watch`: the status for as long as a daemon answers. A terminal is drawn anew, with counters, the end of the log and keys;
 * elsewhere a line is printed for each change.
 */
export async function watch(): Promise<number> {
  const keyboard = listenToKeys();
  let last = "";
  try {
    while (!keyboard.isDone()) {
      const answer = await ask(ownSocketPath(runFolder), { command: "status" });
      // Said in the same words as by `ksp status`.
      if (!("status" in answer)) return control({ command: "status" }, { format: "text" });
      const line = changeLine(answer.status);
      if (process.stdout.isTTY) {
        const hits = await readHits();
        const counted = "fault" in hits ? [] : hits;
        process.stdout.write(`\u001b[H\u001b[J${screen(answer.status, counted, keyboard.said(), Date.now())}`);
      } else if (line !== last) process.stdout.write(`${new Date().toISOString()} ${line}\n`);
      last = line;
      await pause(every);
    }
    return 0;
  } finally {
    keyboard.stop();
  }
}

/** A capital letter where everything opens: nobody presses it in passing. The policy's `control` decides all the same. */
export const requestOf = (key: string): Request | "quit" | undefined => {
  switch (key) {
    case "e":
      return { command: "enable" };
    case "D":
      return { command: "disable" };
    case "p":
      return { command: "portal" };
    case "q":
    case "\u0003":
      return "quit";
    default:
      return undefined;
  }
};

function listenToKeys(): { readonly isDone: () => boolean; readonly said: () => string; readonly stop: () => void } {
  let said = "";
  let isDone = false;
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return { isDone: () => false, said: () => "", stop: () => {} };
  const press = (key: string): void => {
    const request = requestOf(key);
    if (request === "quit") isDone = true;
    else if (request)
      void ask(ownSocketPath(runFolder), request).then((answer) => {
        said = "fault" in answer ? answer.fault : "";
      });
  };
  stdin.setRawMode(true).setEncoding("utf8").on("data", press);
  return {
    isDone: () => isDone,
    said: () => said,
    stop: () => {
      stdin.setRawMode(false).off("data", press).pause();
    },
  };
}

const mostHits = 8;

/** All of it: the status, what was refused and let through most, the end of the log, the keys. */
export function screen(status: Status, hits: readonly Hits[], said: string, now: number): string {
  const counted = hits.filter(({ packets }) => packets > 0).slice(0, mostHits);
  const rows = counted.map(({ statement, passed, packets }) => [
    statement,
    passed ? "passed" : "refused",
    `${packets}`,
  ]);
  const log = status.recent.map(({ at, text }) => `${new Date(at).toISOString().slice(11, 19)} ${text}\n`);
  return [
    statusText(status, now),
    ...(rows.length > 0 ? ["\n", table([["statement", "", "packets"], ...rows])] : []),
    "\n",
    ...log,
    "\ne enable   D disable   p portal   q quit\n",
    ...(said === "" ? [] : [`refused: ${said}\n`]),
  ].join("");
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
