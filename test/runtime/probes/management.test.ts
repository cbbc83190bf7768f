import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, type TestContext, test } from "vitest";
import { Management } from "../../../src/runtime/probes/management.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";

/** Where nobody but root may put a socket, as OpenVPN's /run/openvpn. */
function folder({ onTestFinished }: TestContext): string {
  const path = mkdtempSync("/run/ksp-management-");
  chmodSync(path, 0o755);
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const greeting = ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\r\n";
const connected = "1,CONNECTED,SUCCESS,10.8.0.2,198.51.100.1,443,,\r\n";

/** Somebody who speaks as a script has it. */
interface Stage {
  readonly server: Server;
  /** What was asked so far. */
  readonly asked: () => string;
  readonly say: (text: string) => void;
  /** How often somebody came. */
  readonly visits: () => number;
  readonly hangUp: () => void;
}

async function stage(
  { onTestFinished }: TestContext,
  path: string,
  on: { readonly visit?: string; readonly state?: string } = {},
): Promise<Stage> {
  const { visit = greeting, state = connected } = on;
  const sockets: Socket[] = [];
  let asked = "";
  let visits = 0;
  const server = createServer((socket) => {
    visits++;
    sockets.push(socket);
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text: string) => {
      asked += text;
      if (state !== "" && /^state$/m.test(text)) socket.write(`${state}END\r\n`);
    });
    socket.write(visit);
  });
  await new Promise<void>((settle) => server.listen(path, settle));
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  onTestFinished(hangUp);
  return { server, asked: () => asked, visits: () => visits, hangUp, say: (text) => sockets.at(-1)?.write(text) };
}

interface Listener {
  readonly told: readonly { readonly good: boolean; readonly why: string; readonly at: number }[];
  /** Waits until this is what was told last; gives the milliseconds that it took. */
  readonly last: (good: boolean, why: RegExp) => Promise<number>;
  readonly stop: () => void;
}

function listenTo({ onTestFinished }: TestContext, socket: string): Listener {
  const told: { good: boolean; why: string; at: number }[] = [];
  const probe = new Management({ socket, tell: (good, why) => told.push({ good, why, at: performance.now() }) });
  probe.through();
  onTestFinished(() => probe.stop());
  return {
    told,
    stop: () => probe.stop(),
    last: async (good, why) => {
      const start = performance.now();
      await eventually(`${why}; told: ${JSON.stringify(told.slice(-5))}`, () => {
        const last = told.at(-1);
        return last?.good === good && why.test(last.why);
      });
      return performance.now() - start;
    },
  };
}

describe.skipIf(mayBeSkipped()).concurrent("OpenVPN's management channel", () => {
  test("tells each change at once, and is asked nothing else than what it is", async (context) => {
    const path = join(folder(context), "home.sock");
    const { say, asked } = await stage(context, path);
    const { last } = listenTo(context, path);
    await last(true, /^the OpenVPN client says: CONNECTED$/);
    say(">STATE:2,RECONN");
    say("ECTING,ping-restart,,,,,\r\n");
    expect(await last(false, /^the OpenVPN client says: RECONNECTING \(ping-restart\)$/)).toBeLessThan(500);
    say(">STATE:3,CONNECTED,SUCCESS,,,,,\r\n");
    await last(true, /CONNECTED/);
    expect(new Set(asked().split("\n"))).toEqual(new Set(["state on", "bytecount 1", "state", ""]));
  });

  test("a loss and its end in one piece are a loss all the same; what is good is the last word alone", async (context) => {
    const path = join(folder(context), "home.sock");
    const { say } = await stage(context, path);
    const { last, told } = listenTo(context, path);
    await last(true, /CONNECTED/);
    const before = told.length;
    say(">STATE:2,RECONNECTING,x,,,,,\r\n>STATE:3,CONNECTED,SUCCESS,,,,,\r\n");
    await eventually("two verdicts", () => told.length >= before + 2);
    expect(told.slice(before, before + 2).map(({ good }) => good)).toEqual([false, true]);
    const again = told.length;
    say(">STATE:4,CONNECTED,SUCCESS,,,,,\r\n>STATE:5,EXITING,SIGTERM,,,,,\r\n");
    await last(false, /EXITING/);
    expect(told.slice(again).some(({ good }) => good)).toBe(false);
  });

  test("whoever hangs up closes, and is called again, more and more seldom, until it is back", async (context) => {
    const path = join(folder(context), "home.sock");
    const first = await stage(context, path);
    const { last, told } = listenTo(context, path);
    await last(true, /CONNECTED/);
    first.hangUp();
    expect(await last(false, /^the OpenVPN client has closed its management channel$/)).toBeLessThan(500);
    await last(false, /^there is no \/run\/.*\/home\.sock: OpenVPN does not run, or not with `management .* unix`$/);
    const before = told.length;
    await pause(1_200);
    expect(told.length - before).toBeLessThanOrEqual(4);
    await stage(context, path);
    expect(await last(true, /CONNECTED/)).toBeLessThan(3_000);
  });

  test("whoever is silent is asked once, and closes when no answer comes; when it speaks again, all is well", async (context) => {
    const path = join(folder(context), "home.sock");
    const { say, asked } = await stage(context, path, { state: "" });
    const { last } = listenTo(context, path);
    await eventually("the questions", () => asked().endsWith("state\n"));
    say(connected);
    await last(true, /CONNECTED/);
    const took = await last(false, /^no answer for 3000 ms$/);
    expect(took).toBeGreaterThan(2_500);
    await pause(300);
    expect(asked()).toBe("state on\nbytecount 1\nstate\nstate\n");
    say(">BYTECOUNT:1,2\r\n");
    await last(true, /CONNECTED/);
  });

  test("a channel that somebody else holds says nothing, and is waited for", async (context) => {
    const path = join(folder(context), "home.sock");
    const { say, asked, visits } = await stage(context, path, { visit: "" });
    const { last } = listenTo(context, path);
    await last(false, /^no answer for 3000 ms: another program may hold the channel$/);
    expect(asked()).toBe("");
    say(greeting);
    await last(true, /CONNECTED/);
    expect(visits()).toBe(1);
  });

  test.for([
    { name: "another server", says: ["SSH-2.0-OpenSSH\r\n"], why: /^it does not greet as OpenVPN does: SSH/ },
    { name: "a password", says: ["ENTER PASS", "WORD:"], why: /^OpenVPN wants a password for its management channel$/ },
    { name: "nonsense", says: [greeting, connected, "nonsense\r\n"], why: /^it is not understood: nonsense$/ },
    {
      name: "a line without an end",
      says: [greeting, connected, "x".repeat(9_000)],
      why: /^it says a line longer than OpenVPN would$/,
    },
    {
      name: "a flood",
      says: [greeting, connected, ">BYTECOUNT:1,2\r\n".repeat(5_000)],
      why: /^it says more than OpenVPN would$/,
    },
  ])("$name closes", async ({ says, why }, context) => {
    const path = join(folder(context), "home.sock");
    const { say, visits } = await stage(context, path, { visit: "" });
    const { last, told } = listenTo(context, path);
    await eventually("a visit", () => visits() > 0);
    for (const text of says) {
      say(text);
      await pause(20);
    }
    await eventually("the end", () => told.some(({ good, why: said }) => !good && why.test(said)));
    // It is called again.
    await eventually("another visit", () => visits() > 1);
    say(greeting);
    await last(true, /CONNECTED/);
  });

  test("nobody listens, nothing is a socket, and others could be the ones who answer", async (context) => {
    const root = folder(context);
    const plain = join(root, "plain");
    writeFileSync(plain, "");
    await listenTo(context, plain).last(false, /^nobody listens at .*\/plain: the OpenVPN client is gone$/);

    mkdirSync(join(root, "open"));
    const open = join(root, "open/home.sock");
    await stage(context, open);
    chmodSync(join(root, "open"), 0o1777);
    await listenTo(context, open).last(false, /^others may write to .*\/open, and answer in OpenVPN's place$/);
    chmodSync(join(root, "open"), 0o755);
    await listenTo(context, open).last(true, /CONNECTED/);
    chownSync(join(root, "open"), 65_534, 65_534);
    await listenTo(context, open).last(false, /\/open is user 65534's, who may answer in OpenVPN's place$/);
    chownSync(open, 65_534, 65_534);
    await listenTo(context, open).last(true, /CONNECTED/);
  });

  test("others may wait in line before: there is no room, and then there is", async (context) => {
    const path = join(folder(context), "home.sock");
    const script = `
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(0)
other = socket.socket(socket.AF_UNIX)
other.connect(sys.argv[1])
print("full", flush=True)
sys.stdin.readline()
s.accept()
ours, _ = s.accept()
ours.sendall(sys.argv[2].encode())
sys.stdin.readline()
`;
    const child = spawn("python3", ["-c", script, path, greeting + connected]);
    context.onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const { last } = listenTo(context, path);
    await last(false, /^other programs hold the management channel and wait for it$/);
    child.stdin.write("\n");
    await last(true, /CONNECTED/);
  });

  test("once stopped it says nothing, and calls nobody", async (context) => {
    const path = join(folder(context), "home.sock");
    const { visits, hangUp } = await stage(context, path);
    const { last, told, stop } = listenTo(context, path);
    await last(true, /CONNECTED/);
    stop();
    const before = told.length;
    hangUp();
    await pause(300);
    expect([told.length, visits()]).toEqual([before, 1]);
  });
});
