import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type Followed, follow } from "./program.ts";

export interface NetlinkProgram {
  readonly command: readonly string[];
  /** Of /proc/net/netlink: 0 routes and links, 12 netfilter. */
  readonly family: number;
  readonly line: (text: string) => void;
  /** It listens from now on: what is looked up after this is not missed. Again after every time it was deaf. */
  readonly listening: () => void;
  /** Events may have been missed. */
  readonly deaf: (why: string) => void;
}

/**
 * Keeps a program alive that prints the kernel's events. Its death, and a queue that ran over, are told as `deaf`, and then
 * `listening` once more. It says nothing when it starts to listen, so the kernel's list of sockets is asked.
 */
export function followNetlink(program: NetlinkProgram): { readonly stop: () => void } {
  let current: Followed | undefined;
  let isStopped = false;
  const start = (): void => {
    if (isStopped) return;
    const started = follow(program.command, {
      line: program.line,
      complained: (text) => {
        program.deaf(text);
        if (/No buffer space|lost some netlink events/.test(text)) program.listening();
      },
      ended: (why) => {
        program.deaf(why);
        setTimeout(start, 100).unref();
      },
    });
    current = started;
    void joined(started.pid, program.family).then((isJoined) => {
      if (isStopped || current !== started) return;
      if (isJoined) program.listening();
      else started.stop();
      if (!isJoined) {
        program.deaf(`${program.command[0]} does not listen`);
        setTimeout(start, 100).unref();
      }
    });
  };
  start();
  return {
    stop: () => {
      isStopped = true;
      current?.stop();
    },
  };
}

/** Whether the process has joined a group of the family, within two seconds. */
async function joined(pid: number | undefined, family: number): Promise<boolean> {
  for (let tries = 0; tries < 400 && pid !== undefined; tries++) {
    const sockets = await readFile("/proc/self/net/netlink", "utf8").catch(() => "");
    if (sockets.split("\n").some((line) => isListening(line, pid, family))) return true;
    await pause(5);
  }
  return false;
}

/** A line of /proc/net/netlink: socket, family, port (by habit the process), groups. */
export function isListening(line: string, pid: number, family: number): boolean {
  const [, of, port, groups] = line.trim().split(/\s+/);
  return of === `${family}` && port === `${pid}` && groups !== "00000000";
}
