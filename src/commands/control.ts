import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { ownSocketPath, rootSocketPath, runFolder } from "../runtime/control/run-folder.ts";
import { ask, type Request, type RootRequest } from "../runtime/control/socket.ts";
import type { Status } from "../runtime/status.ts";
import { isDocument } from "./formats.ts";
import { present } from "./output.ts";
import { statusText } from "./status-text.ts";

export interface ControlOptions {
  readonly format: "text" | "json";
}

/** `ksp status`, `enable`, `apply` and the like: what the daemon answers. Only `status` fails where a chain is not open. */
export async function control(request: Request | RootRequest, { format }: ControlOptions): Promise<number> {
  const isForRoot = request.command === "apply" || request.command === "confirm";
  // The daemon has a folder of its own to be in.
  const asked = request.command === "apply" ? { ...request, folder: resolve(request.folder) } : request;
  const answer = await ask((isForRoot ? rootSocketPath : ownSocketPath)(runFolder), asked);
  if (!("status" in answer)) return present({ diagnostics: [faultOf(answer)], sources: [] }, format, process.stderr);
  const { status } = answer;
  process.stdout.write(
    isDocument(format) ? `${JSON.stringify(status, undefined, 2)}\n` : statusText(status, Date.now()),
  );
  return request.command === "status" && !isProtected(status) ? 1 : 0;
}

/** Enforced, and every chain in use. */
const isProtected = ({ mode, chains }: Status): boolean => mode === "guarding" && chains.every(({ open }) => open);

function faultOf(answer: { readonly fault: string } | { readonly unreachable: string }): Diagnostic {
  if ("fault" in answer) return diagnostic("KSP5053", { reason: answer.fault });
  const reason = words[answer.unreachable] ?? answer.unreachable;
  return diagnostic(
    "KSP5052",
    { reason },
    { help: "the rules that are loaded stay in force; `ksp run` starts a daemon" },
  );
}

/** By a daemon that serves as many as it will at a time. */
const turnedAway = "others of the group hold all its connections; root has a socket of its own";

const words: Readonly<Record<string, string>> = {
  ENOENT: `it has not run since the last boot, or somebody took ${runFolder} away`,
  ECONNREFUSED: "it has ended",
  EACCES: "only root and the group of the policy may ask",
  ECONNRESET: turnedAway,
  EPIPE: turnedAway,
};
