import type { Hits } from "./hits.ts";
import type { Fault, Kernel } from "./kernel.ts";
import type { BackendName } from "./names.ts";

/** A program of this machine that holds rules, and the files of a bundle that are written for it. */
export interface Backend {
  readonly name: BackendName;
  /** Of its files in a bundle; the target that they were compiled for. */
  readonly folder: "nft" | "iptables";
  /** What a bundle must have, for these states by the names in files. */
  readonly needed: (states: readonly string[]) => readonly string[];
  /** Why it cannot hold a bundle that has all of these. */
  readonly unfit: (files: ReadonlyMap<string, string>) => string | undefined;
  readonly kernel: (copy: Copy) => Kernel;
  /** Puts a file in force where no daemon is: of the files in a folder, by its name without an ending. */
  readonly command: (folder: string, name: string) => readonly string[];
  /** Why the kernel would not take the rules of a folder; it takes nothing of them now. */
  readonly check: (folder: string) => Promise<string | undefined>;
  /** Which rules of the kernel these are: `iptables` is one of its variants. */
  readonly kind: () => Promise<BackendName>;
  /** Whether rules of ours are there now. */
  readonly isLoaded: () => Promise<boolean>;
  /** Counts by statement, as they are in the kernel now. */
  readonly hits: () => Promise<readonly Hits[] | Fault>;
  /** What a machine boots with where the lockdown of a policy does not load, by the path below a folder of its own. */
  readonly closed: ReadonlyMap<string, string>;
  /** The programs without which nothing works. */
  readonly programs: readonly string[];
}

/** The files of a bundle for one backend, and a copy of them that nobody but root changes. */
export interface Copy {
  /** As in the bundle: `nft/ruleset.nft`. */
  readonly files: ReadonlyMap<string, string>;
  /** The copy of the backend's own folder. */
  readonly folder: string;
  /** Writes a file into it, whole or not at all. */
  readonly write: (name: string, text: string) => Promise<void>;
}

/** What every backend has files for, by name without an ending. */
export const stateFiles = (states: readonly string[]): readonly string[] => [
  "ruleset",
  "lockdown",
  "disable",
  "uninstall",
  ...states.map((state) => `switch/${state}`),
];
