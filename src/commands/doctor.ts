import { readFacts } from "../runtime/doctor/facts.ts";
import { judge } from "../runtime/doctor/judge.ts";
import type { ControlOptions } from "./control.ts";
import { isDocument } from "./formats.ts";

/** `ksp doctor`: what this machine lacks or hides; fails where packets may get by. */
export async function doctor({ format }: ControlOptions): Promise<number> {
  const findings = judge(await readFacts());
  if (isDocument(format)) process.stdout.write(`${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`);
  else {
    const lines = findings.map(({ weight, text, help }) => `${weight}: ${text}\n  = help: ${help}\n`);
    process.stdout.write(lines.length > 0 ? lines.join("\n") : "nothing to say about this machine\n");
  }
  return findings.some(({ weight }) => weight === "gap") ? 1 : 0;
}
