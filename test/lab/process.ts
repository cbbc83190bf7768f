import type { ChildProcess } from "node:child_process";

/** How a program ended, and what it said. */
export type Result = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A program that runs in a namespace of the laboratory. */
export type Process = {
  /** Settles when the program has ended; never rejects. */
  readonly ended: Promise<Result>;
  /** All that it has said so far, on both streams. */
  readonly said: () => string;
  /** Waits until it has said `words`; rejects when it ends before, or says nothing of the kind in time. */
  readonly until: (words: string, milliseconds?: number) => Promise<void>;
  /** Sends a signal, and for one that ends it waits for the end. */
  readonly kill: (signal?: Signal) => Promise<Result>;
  /** Sends a signal and waits for nothing. */
  readonly signal: (signal: Signal) => Promise<void>;
};

export type Signal = "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGSTOP" | "SIGCONT" | "SIGUSR1" | "SIGHUP";

/** Waits until `condition` holds; rejects with `what` when it does not in time. */
export const eventually = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> => {
  const end = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms: ${what}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
};

/** Follows a child; `send` delivers a signal to the program itself, which is not the child where a helper stands between. */
export const follow = (name: string, child: ChildProcess, send: (signal: Signal) => Promise<void>): Process => {
  let stdout = "";
  let stderr = "";
  let all = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    all += text;
  });
  let over = false;
  const ended = new Promise<Result>((settle) => {
    child.on("error", (error) => {
      over = true;
      settle({ status: null, stdout, stderr: error.message });
    });
    child.on("close", (status) => {
      over = true;
      settle({ status, stdout, stderr });
    });
  });
  const until = (words: string, milliseconds = 10_000): Promise<void> =>
    eventually(
      `${name} to say "${words}"; it said: ${all}`,
      () => {
        if (over && !all.includes(words)) throw new Error(`${name} ended before it said "${words}": ${all}`);
        return all.includes(words);
      },
      milliseconds,
    );
  const signal = async (which: Signal): Promise<void> => {
    if (!over) await send(which);
  };
  const kill = async (which: Signal = "SIGKILL"): Promise<Result> => {
    await signal(which);
    return ended;
  };
  return { ended, said: () => all, until, kill, signal };
};
