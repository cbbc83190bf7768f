import { ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { env, kill, nextTick } from "node:process";
import { createInterface } from "node:readline";

/** How a program ended, and what it said. */
export interface Ran {
  /** Null: it was killed, took too long, or could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const { PATH = "", NOTIFY_SOCKET: _, WATCHDOG_USEC: __, WATCHDOG_PID: ___, ...rest } = env;
/**
 * A service's path may lack the folders of the system's tools; no language but C's is parsed. What systemd wants to be told of
 * the daemon is nobody else's to tell: an OpenVPN would.
 */
export const environment = { ...rest, PATH: `${PATH}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C" };

export interface RunOptions {
  readonly input?: string;
  readonly milliseconds?: number;
  /** Beside the environment of all programs. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A program that runs, and whose input is not ended yet. */
export interface Started {
  readonly isRunning: () => boolean;
  /** Ends its input with this, and kills it if it then takes longer. */
  readonly finish: (input: string, milliseconds: number) => Promise<Ran>;
  readonly kill: () => void;
}

/**
 * Starts a program, in a session of its own: what a terminal sends to all of its programs, as for Ctrl-C, is for the daemon, which
 * needs its helpers to close. Where Node throws what the kernel refuses, such as for a lack of memory, it is told as every other fault.
 */
export function launch(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(program, args, { ...options, detached: true });
  } catch (error) {
    // It has no number, and a signal to none would be one to this process and all beside it.
    const none = Object.assign(new ChildProcess(), { kill: () => false });
    nextTick(() => none.emit("error", error));
    return none;
  }
}

/** To a program that was launched, with all that it started. */
export function signal({ pid, exitCode, signalCode }: ChildProcess, name: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    kill(-pid, name);
  } catch {
    // its group is gone
  }
}

/** Starts a program. Never throws. */
export function start(
  [program = "", ...args]: readonly string[],
  { variables = {} }: Pick<RunOptions, "variables"> = {},
): Started {
  const child = launch(program, args, { env: { ...environment, ...variables } });
  let stdout = "";
  let stderr = "";
  const ended = new Promise<Ran>((settle) => {
    child.once("error", (error) => settle({ status: null, stdout, stderr: error.message }));
    // Where it could not be started there may be no pipes, either.
    if (child.pid === undefined) return;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin?.on("error", () => {}); // it may end without reading: its status tells
    child.once("close", (status) => settle({ status, stdout, stderr }));
  });
  return {
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    finish: async (input, milliseconds) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
      if (child.pid !== undefined) child.stdin?.end(input);
      const ran = await ended;
      clearTimeout(timer);
      return ran;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** Runs a program to its end. Never rejects. */
export const run = (
  command: readonly string[],
  { input = "", milliseconds = 10_000, variables = {} }: RunOptions = {},
): Promise<Ran> => start(command, { variables }).finish(input, milliseconds);

/** What went wrong, in one line. */
export const complaint = ({ status, stderr }: Ran): string =>
  stderr.trim().split("\n")[0] ||
  (status === null ? "it was killed, or took too long" : `it ended with status ${status}`);

/** Why it failed, in one line. */
export const faultIn = (ran: Ran): string | undefined => (ran.status === 0 ? undefined : complaint(ran));

/** Runs a program to its end; says why it failed, in one line. */
export const faultOf = async (command: readonly string[], options: RunOptions = {}): Promise<string | undefined> =>
  faultIn(await run(command, options));

export interface Followed {
  readonly pid: number | undefined;
  readonly stop: () => void;
}

/** Runs a program that talks for as long as it lives, line by line. `ended` comes once, unless it was stopped by us. */
export function follow(
  [program = "", ...args]: readonly string[],
  on: {
    readonly line: (text: string) => void;
    readonly complained: (text: string) => void;
    readonly ended: (why: string) => void;
  },
): Followed {
  const child = launch(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let isOver = false;
  const end = (why: string): void => {
    if (isOver) return;
    isOver = true;
    on.ended(why);
  };
  const read = (stream: ChildProcess["stdout"], hear: (text: string) => void): void => {
    if (stream) createInterface({ input: stream }).on("line", (text) => isOver || hear(text));
  };
  read(child.stdout, on.line);
  read(child.stderr, on.complained);
  child.once("error", (error) => end(error.message));
  child.once("exit", (status, signal) => end(`${program} ended: ${signal ?? `status ${status}`}`));
  return {
    pid: child.pid,
    stop: () => {
      isOver = true;
      child.kill("SIGKILL");
    },
  };
}
