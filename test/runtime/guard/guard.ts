import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { compile } from "../../../src/index.ts";
import type { Backend } from "../../../src/runtime/firewall/backend.ts";
import { daemonUnit } from "../../../src/runtime/install/units.ts";
import { cli } from "../../commands/ksp.ts";
import type { Lab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eventually, type Process, type Result } from "../../lab/process.ts";
import { environment } from "../../lab/requirements.ts";
import { usual } from "./rules.ts";

/** A line of the daemon's log. */
export interface Entry {
  readonly time: string;
  readonly event: string;
  readonly state?: string;
  readonly [detail: string]: unknown;
}

/** The daemon, running in the client's namespace. */
export interface Guard {
  readonly process: Process;
  readonly log: () => readonly Entry[];
  /** Waits until the kernel was read back in a state, after this moment; gives the milliseconds that it took. */
  readonly inForce: (state: string, since: number, milliseconds?: number) => Promise<number>;
  /** The state that was read back last. */
  readonly state: () => string | undefined;
}

export interface Compiling {
  readonly backend?: Backend;
  /** Beside the backend's own. */
  readonly targets?: readonly "iptables"[];
  /** Devices that are hooked. */
  readonly egress?: readonly string[];
}

/** Compiles a policy into a folder that is gone after the test. */
export async function compiled(
  text: string,
  { backend = usual, targets = [], egress = [] }: Compiling = {},
): Promise<string> {
  const options = { targets: [backend.folder, ...targets], egress };
  const { name, files, diagnostics } = compile({ file: "guarded.ksp", text }, options);
  if (name === undefined || !files) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const folder = mkdtempSync(join(tmpdir(), "ksp-guard-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** As systemd runs it: with the capabilities of its unit and no others. */
const asUnit = (): readonly string[] => {
  const [, listed = ""] = /^CapabilityBoundingSet=(.*)$/m.exec(daemonUnit([], "nft")) ?? [];
  const kept = listed.split(" ").map((name) => `,+${name.replace("CAP_", "").toLowerCase()}`);
  return ["setpriv", `--bounding-set=-all${kept.join("")}`, "--no-new-privs"];
};

export interface Starting {
  readonly backend?: Backend;
  /** Where programs are looked for first. */
  readonly path?: string;
}

/** Starts `ksp run` and waits until it guards. */
export async function startGuard(lab: Lab, folder: string, { backend = usual, path }: Starting = {}): Promise<Guard> {
  const { PATH = "" } = environment;
  const env = path === undefined ? {} : { PATH: `${path}:${PATH}` };
  const command = [globalThis.process.execPath, cli, "run", "--backend", backend.name, folder];
  const process = await lab.client.spawn([...asUnit(), ...command], { env });
  const log = (): readonly Entry[] =>
    process
      .said()
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line): Entry => JSON.parse(line));
  const times = (state: string): readonly number[] =>
    log().flatMap((entry) => (entry.event === "in-force" && entry.state === state ? [Date.parse(entry.time)] : []));
  await process.until('"in-force"', 30_000);
  return {
    process,
    log,
    state: () => log().findLast(({ event }) => event === "in-force")?.state,
    inForce: async (state, since, milliseconds = 15_000) => {
      const first = (): number | undefined => times(state).find((time) => time >= since);
      await eventually(
        `${state} to be in force; the log: ${process.said()}`,
        () => first() !== undefined,
        milliseconds,
      );
      return (first() ?? since) - since;
    },
  };
}

/** Runs `ksp` in the client's namespace. */
export const ksp = (lab: Lab, ...args: readonly string[]): Promise<Result> =>
  lab.client.exec([globalThis.process.execPath, cli, ...args], { milliseconds: 60_000 });

/** Whether an application does not reach the internet; an answer would come within milliseconds. */
export const isShut = async ({ client }: Lab): Promise<boolean> =>
  (await client.exec(["ping", "-n", "-c", "1", "-W", "0.2", internet.ipv4], { uid: 65_534 })).status !== 0;
