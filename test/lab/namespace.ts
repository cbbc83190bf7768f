import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { follow, type Process, type Result, type Signal } from "./process.ts";
import { environment } from "./requirements.ts";

type ExecOptions = {
  /** Runs as this user and the group of the same number, without other groups. */
  readonly uid?: number;
  /** Capabilities that a user other than root keeps, as `net_admin`. */
  readonly capabilities?: readonly string[];
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Killed after this time; 10 seconds. */
  readonly milliseconds?: number;
};

/** One network namespace. Files, programs and users are the machine's, but `/run` and `/proc` are the sandbox's own. */
export type Namespace = {
  readonly name: string;
  /** Starts a program and leaves it running. */
  readonly spawn: (command: readonly string[], options?: ExecOptions) => Promise<Process>;
  /** Runs a program to its end, whatever its status. */
  readonly exec: (command: readonly string[], options?: ExecOptions) => Promise<Result>;
  /** Runs a program that must succeed; gives what it printed. */
  readonly run: (command: readonly string[], options?: ExecOptions) => Promise<string>;
  /** Runs lines of `ip`. */
  readonly ip: (lines: string) => Promise<void>;
  /** Loads a ruleset. */
  readonly nft: (text: string) => Promise<void>;
  /** Wakes the helpers of stopped programs, so that each can bury its own. */
  readonly wake: () => void;
};

const identity = ({ uid, capabilities = [] }: ExecOptions): readonly string[] => {
  if (uid === undefined) return [];
  const kept = capabilities.map((name) => `+${name}`).join(",");
  const keep = kept === "" ? [] : [`--inh-caps=${kept}`, `--ambient-caps=${kept}`];
  return ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", ...keep];
};

export const openNamespace = (name: string, keeper: number): Namespace => {
  const helpers = new Set<ChildProcess>();
  const enter = [
    "--target",
    `${keeper}`,
    "--mount",
    "--pid",
    "--cgroup",
    `--net=/proc/${keeper}/root/run/netns/${name}`,
  ];

  const start = async (command: readonly string[], options: ExecOptions = {}): Promise<Process> => {
    // nsenter stays as a helper outside, so the program itself tells its number inside, where signals are sent.
    const tell = ["sh", "-c", 'echo $$ >&3; exec "$@" 3>&-', "sh"];
    // It stops together with its program; should we die meanwhile, it must wake to see the program's end.
    const waking = ["--pdeathsig=CONT", "nsenter"];
    const child = spawn("setpriv", [...waking, ...enter, ...tell, ...identity(options), ...command], {
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      env: { ...environment, ...options.env },
    });
    helpers.add(child);
    child.on("close", () => helpers.delete(child));
    child.stdin?.on("error", () => {}); // a program may end without reading its input
    child.stdin?.end(options.input ?? "");
    const inside = new Promise<string>((settle) => {
      child.stdio[3]?.once("data", (number: Buffer) => settle(number.toString().trim()));
      child.once("close", () => settle(""));
      child.once("error", () => settle(""));
    });
    const send = async (signal: Signal): Promise<void> => {
      const kill = spawn("nsenter", [...enter, "kill", "-s", signal.slice(3), await inside], {
        stdio: "ignore",
        env: environment,
      });
      await once(kill, "close");
      if (signal === "SIGCONT") child.kill("SIGCONT"); // nsenter stops itself with its program
    };
    const program = follow(command.join(" "), child, send);
    await inside;
    return program;
  };

  const exec = async (command: readonly string[], options: ExecOptions = {}): Promise<Result> => {
    const program = await start(command, options);
    const timer = setTimeout(() => void program.signal("SIGKILL"), options.milliseconds ?? 10_000);
    const result = await program.ended;
    clearTimeout(timer);
    return result;
  };

  const run = async (command: readonly string[], options: ExecOptions = {}): Promise<string> => {
    const { status, stdout, stderr } = await exec(command, options);
    if (status !== 0) throw new Error(`${name}: ${command.join(" ")}: status ${status}: ${stderr}${stdout}`);
    return stdout;
  };

  return {
    name,
    spawn: start,
    exec,
    run,
    ip: async (lines) => {
      await run(["ip", "-batch", "-"], { input: lines });
    },
    nft: async (text) => {
      await run(["nft", "-f", "-"], { input: text });
    },
    wake: () => {
      for (const helper of helpers) helper.kill("SIGCONT");
    },
  };
};
