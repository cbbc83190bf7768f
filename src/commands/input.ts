import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { dirname } from "node:path";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { reason } from "./reason.ts";

/** No policy is larger; the file was probably named by mistake. */
export const megabytes = 20;

export interface Input {
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads each file once; `-` is standard input. What cannot be read as text becomes a diagnostic. */
export async function readSources(files: readonly string[]): Promise<Input> {
  const sources: Source[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of new Set(files)) {
    const bytes = await readBytes(file);
    if (!Buffer.isBuffer(bytes)) diagnostics.push(bytes);
    else if (!isUtf8(bytes)) diagnostics.push(notText(file, bytes));
    else sources.push({ file, text: bytes.toString().replace(/^\ufeff/, "") });
  }
  return { sources, diagnostics };
}

/** The folder of a policy: what its imports may not leave. Standard input stands in the working folder. */
export const folderOf = (file: string): string => (file === "-" ? "." : dirname(file));

async function readBytes(file: string): Promise<Buffer | Diagnostic> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === "-" ? process.stdin : createReadStream(file)) {
      size += chunk.length;
      if (size > megabytes * 1e6) return diagnostic("KSP5003", { file, limit: `${megabytes} MB` });
      chunks.push(chunk);
    }
  } catch (error) {
    return diagnostic("KSP5001", { file, reason: reason(error) });
  }
  return Buffer.concat(chunks);
}

function notText(file: string, bytes: Buffer): Diagnostic {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16)
    return diagnostic("KSP5002", { file }, { notes: ["it starts like UTF-16 text"], help: "save it as UTF-8" });
  const lines = bytes.toString("latin1").split("\n");
  const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, "latin1")));
  return diagnostic(
    "KSP5002",
    { file },
    { notes: [`the first bytes that are not stand in line ${line + 1}`], help: "save it as UTF-8" },
  );
}
