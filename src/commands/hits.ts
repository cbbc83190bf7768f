import { diagnostic } from "../diagnostics/diagnostic.ts";
import { readHits } from "../runtime/backends.ts";
import type { ControlOptions } from "./control.ts";
import { isDocument } from "./formats.ts";
import { present } from "./output.ts";
import { table } from "./table.ts";

/** `ksp hits`: what each statement let through and refused. The kernel counts, so no daemon is asked. */
export async function hits({ format }: ControlOptions): Promise<number> {
  const found = await readHits();
  if ("fault" in found)
    return present(
      {
        diagnostics: [
          diagnostic("KSP5054", { reason: found.fault }, { help: "`ksp run` loads rules; root alone may read them" }),
        ],
        sources: [],
      },
      format,
      process.stderr,
    );
  if (isDocument(format)) process.stdout.write(`${JSON.stringify({ version: 1, hits: found }, undefined, 2)}\n`);
  else {
    const rows = found.map(({ statement, passed, packets, bytes }) => [
      statement,
      passed ? "passed" : "refused",
      `${packets}`,
      `${bytes}`,
    ]);
    process.stdout.write(table([["statement", "", "packets", "bytes"], ...rows]));
  }
  return 0;
}
