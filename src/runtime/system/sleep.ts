/** How often the clock is looked at, and how late a look may come on a busy machine. */
const every = 1_000;
const patience = 2_000;

import { type Followed, follow } from "./program.ts";

/** Tells when the machine or this process has slept, or the clock was set: all of it shows in the wall clock. */
export function watchSleep(slept: () => void): { readonly stop: () => void } {
  let last = Date.now();
  const timer = setInterval(() => {
    const passed = Date.now() - last;
    last = Date.now();
    if (passed < 0 || passed > every + patience) slept();
  }, every);
  return { stop: () => clearInterval(timer) };
}

/** A line of `gdbus monitor`: whether the machine is about to sleep, or has woken; undefined where it tells of something else. */
export function sleepIn(line: string): boolean | undefined {
  const [, is] = /org\.freedesktop\.login1\.Manager\.PrepareForSleep \((true|false),?\)/.exec(line) ?? [];
  return is === undefined ? undefined : is === "true";
}

/**
 * Hears from logind that the machine is about to sleep, and that it has woken. A machine without logind or `gdbus` has the clock:
 * it shows the sleep afterwards.
 */
export function hearSleep(hear: (isAsleep: boolean) => void): { readonly stop: () => void } {
  const monitor = ["gdbus", "monitor", "--system", "--dest", "org.freedesktop.login1"];
  let current: Followed | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wasAsleep = false;
  const tell = (isAsleep: boolean): void => {
    if (isAsleep !== wasAsleep) hear(isAsleep);
    wasAsleep = isAsleep;
  };
  const start = (wait: number): void => {
    current = follow([...monitor, "--object-path", "/org/freedesktop/login1"], {
      line: (line) => tell(sleepIn(line) ?? wasAsleep),
      complained: () => {},
      ended: () => {
        tell(false); // nobody would tell of the end
        timer = setTimeout(() => start(Math.min(wait * 2, 600_000)), wait);
      },
    });
  };
  start(1_000);
  return {
    stop: () => {
      clearTimeout(timer);
      current?.stop();
    },
  };
}
