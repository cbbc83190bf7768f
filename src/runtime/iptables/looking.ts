import { setTimeout as pause } from "node:timers/promises";
import { type Followed, follow } from "../system/program.ts";
import type { Programs } from "./programs.ts";

/** One shell for as long as it lasts: a program that this process starts by itself costs more than the two do. */
const script = `while "$0-save"; "$1-save"; echo ended; do sleep 0.5; done`;

/** What changes by itself: times in comments, counters of the kernel's own chains. */
const steady = (line: string): string => (line.startsWith("#") ? "" : line.replace(/ \[\d+:\d+\]$/, ""));

/** Tells of rules that are other ones than half a second before, for programs that tell nobody. */
export function lookAgain({ v4, v6 }: Programs, changed: () => void): { readonly stop: () => void } {
  let current: Followed | undefined;
  let isStopped = false;
  const begin = (): void => {
    let before: string | undefined;
    let lines: string[] = [];
    current = follow(["sh", "-c", script, v4, v6], {
      line: (line) => {
        if (line !== "ended") lines.push(steady(line));
        else {
          const now = lines.join("\n");
          if (now !== before) changed();
          before = now;
          lines = [];
        }
      },
      complained: () => {}, // a look fails in the same way, and is told
      ended: async () => {
        changed();
        await pause(100);
        if (!isStopped) begin();
      },
    });
  };
  begin();
  return {
    stop: () => {
      isStopped = true;
      current?.stop();
    },
  };
}
