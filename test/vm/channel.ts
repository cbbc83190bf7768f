import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { eventually } from "../lab/process.ts";

/** Lines to and from a program that listens at a socket of this machine. */
export interface Channel {
  readonly send: (line: string) => void;
  readonly close: () => void;
}

/** Connects as soon as somebody listens there. */
export async function openChannel(path: string, hear: (line: string) => void): Promise<Channel> {
  let channel: Channel | undefined;
  await eventually(`somebody to listen at ${path}`, async () => {
    channel = await connect(path, hear);
    return channel !== undefined;
  });
  if (channel === undefined) throw new Error(`nobody listens at ${path}`);
  return channel;
}

const connect = (path: string, hear: (line: string) => void): Promise<Channel | undefined> =>
  new Promise((settle) => {
    const socket = createConnection(path);
    socket.on("error", () => settle(undefined));
    socket.once("connect", () => {
      createInterface({ input: socket }).on("line", hear);
      settle({ send: (line) => void socket.write(`${line}\n`), close: () => void socket.destroy() });
    });
  });
