import { type Diagnostic, diagnostic, isError } from "../diagnostics/diagnostic.ts";
import type { Target } from "../ir/targets.ts";
import type { Lookup } from "../pin/lookup.ts";
import { type Pinned, pin as pinSource } from "../pin/pin.ts";
import type { Format } from "./formats.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { present } from "./output.ts";
import { rewrite } from "./rewrite.ts";

export interface PinOptions {
  readonly lookup: Lookup;
  readonly check?: boolean;
  readonly root?: string;
  /** Unsaid, nft. */
  readonly target?: readonly Target[];
  readonly format: Format;
}

/** `ksp pin`: the difference to standard output, and, but for `--check`, the addresses into the files. */
export async function pin(file: string, { lookup, check, root, target, format }: PinOptions): Promise<number> {
  const input = await readSources([file]);
  const [source] = input.sources;
  const load = loader(root ?? folderOf(file));
  const pinned = source && (await pinSource(source, lookup, { load, ...(target && { targets: target }) }));
  const { changes = [], sources = [], diagnostics = [] } = pinned ?? {};
  const found = [...input.diagnostics, ...diagnostics];
  const text = changes.length > 0 ? await patches(changes) : "";
  if (check) found.push(...changes.map(({ before }) => stale(before.file)));
  else found.push(...(await rewrite(changes.map(({ before, after }) => ({ source: before, text: after.text })))));
  if (format !== "json") {
    process.stdout.write(text);
    if (pinned && !found.some(isError) && text === "") process.stdout.write(`${file}: ${unchanged(pinned.names)}\n`);
  }
  return present({ diagnostics: found, sources }, format, process.stderr, { patch: text });
}

const unchanged = (names: number): string =>
  names === 0 ? "no name to look up" : "every name has the addresses that stand there";

async function patches(changes: Pinned["changes"]): Promise<string> {
  const { patch } = await import("./patch.ts");
  return changes.map(({ before, after }) => patch(before.file, before.text, after.text)).join("");
}

const stale = (file: string): Diagnostic => diagnostic("KSP5033", { file }, { help: "`ksp pin` writes them" });
