import { chmod, chown, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Status } from "../status.ts";

export type Request =
  | { readonly command: "status" }
  | { readonly command: "enable" }
  | { readonly command: "portal" }
  | { readonly command: "disable"; readonly milliseconds?: number };
/** What only root may ask: it decides which rules hold, and which programs the daemon runs. */
export type Applying =
  | { readonly command: "apply"; readonly folder: string; readonly milliseconds?: number }
  | { readonly command: "confirm" };
export type RootRequest = Request | Applying;
export type Response = { readonly status: Status } | { readonly fault: string };

export interface Service<Asked> {
  readonly parse: (line: string) => Asked | undefined;
  readonly answer: (request: Asked) => Promise<Response>;
}

/** A request is a line. */
const longest = 4_096;
/** Whoever may ask could hold all descriptors of the daemon, which then could not even close. */
const mostPeers = 64;

/**
 * Answers requests. The file's owner, group and mode are who may ask: root and the group of the policy. It is made beside its
 * place and moved there, so it is never open to anybody else.
 */
export async function listen<Asked>(
  path: string,
  group: number | undefined,
  { parse, answer }: Service<Asked>,
): Promise<Server> {
  const server = createServer((socket) => serve(socket, { parse, answer }));
  server.maxConnections = mostPeers;
  const fresh = `${path}.${group ?? "root"}`;
  await rm(fresh, { force: true });
  await new Promise<void>((settle, fail) => {
    server.once("error", fail);
    server.listen({ path: fresh, backlog: 16 }, settle);
  });
  if (group !== undefined) await chown(fresh, 0, group);
  await chmod(fresh, group === undefined ? 0o600 : 0o660);
  await rename(fresh, path);
  return server;
}

function serve<Asked>(socket: Socket, { parse, answer }: Service<Asked>): void {
  let text = "";
  socket.setTimeout(60_000, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (text.length > longest) return void socket.destroy();
    const end = text.indexOf("\n");
    if (end < 0) return;
    const request = parse(text.slice(0, end));
    text = "";
    const answered = request ? answer(request) : Promise.resolve({ fault: "the request is not understood" });
    answered.then(
      (response) => socket.end(`${JSON.stringify(response)}\n`),
      (error: unknown) => socket.end(`${JSON.stringify({ fault: `${error}` })}\n`),
    );
  });
}

interface Line {
  readonly command?: unknown;
  readonly milliseconds?: unknown;
  readonly folder?: unknown;
}

export const parseRequest = (line: string): Request | undefined =>
  parseLine(line, ({ command, ...rest }) => {
    if (command === "status" || command === "enable" || command === "portal") return { command };
    if (command !== "disable") return undefined;
    const time = timeOf(rest);
    return time && { command, ...time };
  });

export const parseRootRequest = (line: string): RootRequest | undefined =>
  parseRequest(line) ??
  parseLine(line, ({ command, folder, ...rest }) => {
    if (command === "confirm") return { command };
    if (command !== "apply" || typeof folder !== "string" || !folder.startsWith("/")) return undefined;
    const time = timeOf(rest);
    return time && { command, folder, ...time };
  });

function parseLine<Asked>(line: string, read: (line: Line) => Asked | undefined): Asked | undefined {
  try {
    return read(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** A time that may be absent; undefined where it is no time. */
function timeOf({ milliseconds }: Line): { readonly milliseconds?: number } | undefined {
  if (milliseconds === undefined) return {};
  const isTime = typeof milliseconds === "number" && Number.isSafeInteger(milliseconds) && milliseconds > 0;
  return isTime ? { milliseconds } : undefined;
}

/** Asks the daemon. The fault tells whether there is one at all. */
export function ask(
  path: string,
  request: Request | RootRequest,
): Promise<Response | { readonly unreachable: string }> {
  return new Promise((settle) => {
    const socket = connect({ path });
    let text = "";
    const patience = request.command === "status" ? 10_000 : 60_000;
    socket.setTimeout(patience, () => socket.destroy(new Error(`it has said nothing for ${patience / 1000} s`)));
    socket.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    socket.once("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.once("error", (error: NodeJS.ErrnoException) => settle({ unreachable: error.code ?? error.message }));
    socket.once("close", () => {
      try {
        settle(JSON.parse(text));
      } catch {
        settle({ unreachable: "it ended without an answer" });
      }
    });
  });
}
