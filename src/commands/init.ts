import { writeFile } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { Lines } from "../diagnostics/lines.ts";
import { init as propose } from "../init/init.ts";
import type { Format } from "./formats.ts";
import { readSources } from "./input.ts";
import { present } from "./output.ts";
import { reason } from "./reason.ts";

export interface InitOptions {
  readonly from: readonly string[];
  readonly output?: string;
  readonly force?: boolean;
  readonly format: Format;
}

/** `ksp init`: the policy to standard output or a file, what is to be said about it to standard error. */
export async function init({ from, output, force, format }: InitOptions): Promise<number> {
  const input = await readSources(from);
  // Each is read once; whether it may be named twice is not for the reader to say.
  const sources = from.flatMap((file) => input.sources.filter((source) => source.file === file));
  const made = input.diagnostics.length === 0 ? propose(sources) : undefined;
  const { text, notes = [], shown = [] } = made ?? {};
  const found = [...input.diagnostics, ...(made?.diagnostics ?? [])];
  if (text !== undefined && output !== undefined) found.push(...(await write(output, text, force)));
  const lines = new Map(shown.map((source) => [source.file, new Lines(source.text)]));
  const told = notes.map(({ kind, text, at }) => {
    const line = at && lines.get(at.file)?.position(at.start).line;
    return { kind, text, ...(at && { file: at.file, line }) };
  });
  if (format !== "json") {
    if (text !== undefined && output === undefined) process.stdout.write(text);
    const where = ({ file, line }: (typeof told)[number]) => (file === undefined ? "" : `${file}:${line}: `);
    process.stderr.write(told.map((note) => `${where(note)}${note.kind}: ${note.text}\n`).join(""));
  }
  const code = present({ diagnostics: found, sources: shown }, format, process.stderr, { policy: text, notes: told });
  // A question is no error of the file, but the policy does not compile before it is answered.
  return Math.max(code, found.length > 0 ? 1 : 0);
}

async function write(file: string, text: string, force = false): Promise<readonly Diagnostic[]> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
    return [];
  } catch (error) {
    const help = "`--force` overwrites what is there";
    return [diagnostic("KSP5004", { file, reason: reason(error) }, force ? {} : { help })];
  }
}
