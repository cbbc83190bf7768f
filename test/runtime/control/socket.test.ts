import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  ask,
  listen,
  parseRequest,
  parseRootRequest,
  type Request,
  type Response,
} from "../../../src/runtime/control/socket.ts";
import { eventually } from "../../lab/process.ts";

describe("a request", () => {
  test.each([
    ['{"command":"status"}', { command: "status" }],
    ['{"command":"disable","milliseconds":60000}', { command: "disable", milliseconds: 60_000 }],
    ['{"command":"disable"}', { command: "disable" }],
    ['{"command":"disable","milliseconds":0}', undefined],
    ['{"command":"disable","milliseconds":-5}', undefined],
    ['{"command":"disable","milliseconds":1.5}', undefined],
    ['{"command":"disable","milliseconds":"60000"}', undefined],
    ['{"command":"open"}', undefined],
    ["null", undefined],
    ["{", undefined],
  ])("%s", (line, request) => expect(parseRequest(line)).toEqual(request));
});

describe("a request of root's", () => {
  test.each([
    ['{"command":"apply","folder":"/etc/rules"}', { command: "apply", folder: "/etc/rules" }],
    ['{"command":"apply","folder":"/r","milliseconds":9}', { command: "apply", folder: "/r", milliseconds: 9 }],
    ['{"command":"apply","folder":"/r","milliseconds":0}', undefined],
    ['{"command":"apply","folder":"rules"}', undefined],
    ['{"command":"apply"}', undefined],
    ['{"command":"confirm"}', { command: "confirm" }],
    ['{"command":"disable"}', { command: "disable" }],
    ['{"command":"open"}', undefined],
  ])("%s", (line, request) => expect(parseRootRequest(line)).toEqual(request));

  test("is none of the group's", () => {
    expect(parseRequest('{"command":"apply","folder":"/etc/rules"}')).toBeUndefined();
    expect(parseRequest('{"command":"confirm"}')).toBeUndefined();
  });
});

const serving = async (answer: (request: Request) => Promise<Response>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "ksp-run-"));
  const path = join(folder, "control.sock");
  const server = await listen(path, undefined, { parse: parseRequest, answer });
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return path;
};

test("is answered, and the socket is its owner's alone", async () => {
  const path = await serving(async ({ command }) => ({ fault: `asked ${command}` }));
  expect(await ask(path, { command: "enable" })).toEqual({ fault: "asked enable" });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("an answer that throws is a fault, and the next one is given", async () => {
  let calls = 0;
  const path = await serving(async () => {
    calls++;
    if (calls === 1) throw new Error("broken");
    return { fault: "fine" };
  });
  expect(await ask(path, { command: "status" })).toEqual({ fault: "Error: broken" });
  expect(await ask(path, { command: "status" })).toEqual({ fault: "fine" });
});

test("what never ends its line is cut off", async () => {
  const path = await serving(async () => ({ fault: "never asked" }));
  const closed = new Promise<string>((settle) => {
    let text = "";
    const socket = connect({ path });
    socket.on("data", (more) => {
      text += more;
    });
    socket.on("error", () => {});
    socket.on("close", () => settle(text));
    socket.write("x".repeat(10_000));
  });
  expect(await closed).toBe("");
});

test("peers that hold it do not take all descriptors", async () => {
  const path = await serving(async () => ({ fault: "fine" }));
  let closed = 0;
  const peers: Socket[] = [];
  for (let i = 0; i < 70; i++) {
    const peer = connect({ path }).on("close", () => closed++);
    await once(peer, "connect");
    peers.push(peer);
  }
  await eventually("the last to be turned away", () => closed === 6);
  for (const peer of peers) peer.destroy();
  await eventually("an answer", async () => "fault" in (await ask(path, { command: "status" })));
});

test("nobody there is told apart from a refusal", async () => {
  expect(await ask("/nonexistent/control.sock", { command: "status" })).toEqual({ unreachable: "ENOENT" });
});

test("a daemon that hangs is given up after ten seconds by whoever asks how it is", { timeout: 20_000 }, async () => {
  const path = await serving(() => new Promise(() => {}));
  const start = performance.now();
  expect(await ask(path, { command: "status" })).toEqual({ unreachable: "it has said nothing for 10 s" });
  expect(performance.now() - start).toBeLessThan(15_000);
});
