import { diagnostic } from "../diagnostics/diagnostic.ts";
import { runFolder } from "../runtime/control/run-folder.ts";
import { startDaemon } from "../runtime/daemon.ts";
import type { Diagnosis } from "../runtime/diagnosis.ts";
import { loadBundle } from "../runtime/load-bundle.ts";
import type { Entry } from "../runtime/recent.ts";
import { present } from "./output.ts";

export interface BackendOption {
  readonly backend?: string;
}

/** `ksp run`: guards until it is told to end. Its log is one JSON object a line, on standard output. */
export async function run(folder: string, { backend }: BackendOption): Promise<number> {
  const loaded = await loadBundle(folder, backend);
  if ("fault" in loaded) return unfit(folder, loaded.fault);
  const daemon = await startDaemon({ loaded, folder: runFolder, log, alert });
  if ("fault" in daemon) return refuse(diagnostic("KSP5051", { reason: daemon.fault }));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, daemon.stop);
  // A bug ends it closed; whoever started it starts it again.
  process.prependListener("uncaughtException", daemon.stop);
  const code = (await daemon.ended) === undefined ? 0 : 1;
  // What waits for a reader of the log who has stopped reading would keep this process for ever.
  setTimeout(() => process.exit(code), 1_000).unref();
  return code;
}

/** What is no bundle, for `ksp install` as well. */
export const unfit = (folder: string, reason: string): number =>
  refuse(diagnostic("KSP5050", { folder, reason }, { help: "compile it anew with `ksp compile`" }));

const refuse = (found: ReturnType<typeof diagnostic>): number =>
  present({ diagnostics: [found], sources: [] }, "text", process.stderr);

const log = (entry: Entry): void => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
};

const alert = ({ title, lines }: Diagnosis): void => {
  log({ level: "warning", event: "alert", title, lines });
  if (process.stderr.isTTY) process.stderr.write(`\n${title}\n${lines.map((line) => `  ${line}\n`).join("")}`);
};
