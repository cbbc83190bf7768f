import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Answer } from "./kernel.ts";

/** A program beside a module, in the language that the module itself is in: TypeScript, or what became of it. */
export const beside = (name: string, module: string): URL => new URL(`./${name}${extname(module)}`, module);

/** Compares in a thread of its own, so that the probes are heard meanwhile; its memory is given back afterwards. */
export function readBack(program: URL, asked: unknown): Promise<Answer> {
  return new Promise((settle) => {
    const thread = new Worker(program, { workerData: asked });
    thread.once("message", (answer: Answer) => settle(answer));
    thread.once("error", (error) => settle({ kind: "unread", why: error.message }));
    thread.once("exit", (status) => settle({ kind: "unread", why: `the reader ended with status ${status}` }));
    // The end of the daemon waits for nobody.
    thread.unref();
  });
}
