import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { filledSets } from "./listing.ts";
import type { Answer, Asked } from "./meaning.ts";

const here = import.meta.url;
const program = new URL(`./meaning-thread${extname(here)}`, here);

/** Compares in a thread of its own, so that the probes are heard meanwhile; its memory is given back afterwards. */
export function readBack(asked: Asked): Promise<Answer> {
  return new Promise((settle) => {
    const thread = new Worker(program, { workerData: asked });
    thread.once("message", (answer: Answer) => settle(answer));
    thread.once("error", (error) => settle({ kind: "unread", why: error.message }));
    thread.once("exit", (status) => settle({ kind: "unread", why: `the reader ended with status ${status}` }));
    // The end of the daemon waits for nobody.
    thread.unref();
  });
}

/** What listings are held against: the files of a bundle, in a state that they were switched to. */
export function askedOf(files: ReadonlyMap<string, string>, listed: readonly string[], state: string): Asked {
  const text = (file: string): string => files.get(`nft/${file}`) ?? "";
  const switches = [...files].filter(([file]) => file.startsWith("nft/switch/")).map(([, content]) => content);
  return {
    listed,
    loaded: [text("ruleset.nft"), text(`switch/${state}.nft`)],
    switches,
    refreshed: filledSets(text("ruleset.nft")),
  };
}
