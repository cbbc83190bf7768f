import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Namespace } from "./namespace.ts";
import type { Shot } from "./send.ts";

/** `refused`: no ruleset of the block lets it through. `passing`: every one does. In a packet's ECN bits it reads so. */
export const classes = { refused: 1, passing: 2 } as const;
export type Class = "refused" | "passing";
type Count = Readonly<Record<Class, number>>;

/** A text for nftables, or a program that loads other rules. */
export type Load = string | { readonly run: readonly string[] };

type StormStep = {
  /** Loaded one after the other, each as a transaction of its own. */
  readonly load: readonly Load[];
  /** Afterwards it is counted what comes through for 20 ms. */
  readonly still?: true;
  /** Afterwards all rules are listed, as JSON. */
  readonly list?: true;
  /** In every round but the first the loader is killed, at another moment of the time that it took there. */
  readonly kill?: true;
};

/** Packets that are sent as fast as the machine can, while the steps are taken `rounds` times. */
export type Block = {
  readonly before: readonly Load[];
  readonly packets: readonly (Shot & { readonly class: Class })[];
  readonly steps: readonly StormStep[];
  readonly rounds: number;
};

export type Weathered = {
  readonly offered: Count;
  /** How many came to the end of `input` or `postrouting`. */
  readonly through: Count;
  /** For each step that is `still`. */
  readonly still: readonly Count[];
  readonly listings: readonly string[];
  /** How many loaders were killed before they had ended. */
  readonly killed: number;
  readonly seconds: number;
  /** Seconds that the senders were running; on a busy machine they wait. */
  readonly processor: number;
};

const program = fileURLToPath(new URL("storm.py", import.meta.url));
const senderSource = fileURLToPath(new URL("storm.c", import.meta.url));

/** The sender as a shared library, in base64. */
const compileSender = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "ksp-storm-"));
  const library = join(folder, "storm.so");
  try {
    const options = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, senderSource];
    await promisify(execFile)("gcc", options);
    return await readFile(library, "base64");
  } finally {
    await rm(folder, { recursive: true });
  }
};
/** Compiled once for all storms. */
let sender: Promise<string> | undefined;

/** Weathers one block after the other, in one process. `open`: tun devices to hold open. */
export const storm = async (
  at: Namespace,
  blocks: readonly Block[],
  open: readonly string[] = [],
): Promise<readonly Weathered[]> => {
  sender ??= compileSender();
  const input = JSON.stringify({ sender: await sender, open, blocks });
  return JSON.parse(await at.run(["python3", "-B", program], { input, milliseconds: 3_000_000 }));
};
