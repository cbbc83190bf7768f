import { extname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Answer, Fault } from "./kernel.ts";

/** A program beside a module, in the language that the module itself is in: TypeScript, or what became of it. */
export const beside = (name: string, module: string): URL => new URL(`./${name}${extname(module)}`, module);

/** A machine that is short of memory or threads for a moment says nothing about its rules. */
const waits = [0, 1_000, 5_000, 15_000];

/**
 * Compares in a thread of its own, so that the probes are heard meanwhile; its memory is given back afterwards. One that does
 * not run to its end is tried again after each of these milliseconds. The end of the daemon waits for nobody.
 */
export async function readBack(program: URL, asked: unknown, tries: readonly number[] = waits): Promise<Answer> {
  let why = "nobody read it";
  for (const wait of tries) {
    await pause(wait, undefined, { ref: false });
    const told = await read(program, asked);
    if ("kind" in told) return told;
    why = told.fault;
  }
  return { kind: "unread", why };
}

function read(program: URL, asked: unknown): Promise<Answer | Fault> {
  return new Promise<Answer | Fault>((settle, fail) => {
    const thread = new Worker(program, { workerData: asked });
    thread.once("message", (answer: Answer) => settle(answer));
    thread.once("error", fail);
    thread.once("exit", (status) => settle({ fault: `the reader ended with status ${status}` }));
    thread.unref();
  }).catch((error: unknown) => ({ fault: error instanceof Error ? error.message : `${error}` }));
}
