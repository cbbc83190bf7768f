import { describe, expect, test } from "vitest";
import { statusText } from "../../src/commands/status-text.ts";
import { changeLine, requestOf, screen } from "../../src/commands/watch.ts";
import { compile, readBundle } from "../../src/index.ts";
import type { Bundle } from "../../src/ir/bundle.ts";
import { constant } from "../../src/net/parse-net.ts";
import { diagnose } from "../../src/runtime/diagnosis.ts";
import { type Event, initial, type State } from "../../src/runtime/machine/state.ts";
import { step } from "../../src/runtime/machine/step.ts";
import { guardedChains, watchedTunnels, watchFault } from "../../src/runtime/probes/watch.ts";
import { type Recent, remember } from "../../src/runtime/recent.ts";
import { waitBefore } from "../../src/runtime/reconnect.ts";
import { statusOf } from "../../src/runtime/status.ts";
import { good } from "../commands/ksp.ts";

const bundleOf = (text: string): Bundle => {
  const { files = new Map<string, string>() } = compile({ file: "x.ksp", text }, { targets: ["nft"] });
  const read = readBundle(files);
  if ("fault" in read) throw new Error(read.fault);
  return read.bundle;
};
const reconnect = '\nreconnect wg0 {\n  run "systemctl" "restart" "wg-quick@wg0"\n}\n';
const bundle = bundleOf(`${good}${reconnect}`);
const watched = watchedTunnels(bundle);

const play = (...events: readonly Event[]): State =>
  events.reduce((state, event) => step(state, event, 0).state, initial(guardedChains(bundle, watched), 0));
const tell = (probe: string, isGood: boolean, at: number): Event => ({
  kind: "probe",
  tunnel: "wg0",
  probe,
  good: isGood,
  why: isGood ? "answers" : "no answer for 1000 ms",
  at,
});
const begun: readonly Event[] = [{ kind: "enable" }, { kind: "done", ticket: 1 }];
const up: readonly Event[] = [
  ...begun,
  tell("interface", true, 1_000),
  tell("heartbeat 10.64.0.1", true, 1_000),
  { kind: "done", ticket: 2 },
];

describe("a lost tunnel is explained", () => {
  test("which probe, since when, what is blocked, what stays open, what is next", () => {
    const lost = play(...up, tell("heartbeat 10.64.0.1", false, 2_000));
    expect(diagnose(lost, "wg0", bundle, 9_000)).toEqual({
      chain: "wg0",
      title: "wg0 is closed: wg0 is lost",
      lines: [
        "wg0, heartbeat 10.64.0.1: no answer for 1000 ms, for 7 s",
        "blocked: everything but what the policy names",
        "open: 198.51.100.7 for the VPN itself, and the exemptions",
        "next: `systemctl restart wg-quick@wg0` until it is back",
      ],
    });
  });

  test("an interface that took the heartbeat along comes first", () => {
    const lost = play(...up, tell("interface", false, 2_000));
    expect(diagnose(lost, "wg0", bundle, 2_000)?.lines.slice(0, 2)).toEqual([
      "wg0, interface: no answer for 1000 ms, for 0 s",
      "also: heartbeat 10.64.0.1",
    ]);
  });

  test("rules that are loaded anew", () => {
    const changed = play(...up, { kind: "tampered", what: "flush" });
    expect(diagnose(changed, "wg0", bundle, 0)?.lines[0]).toBe("the rules are being loaded");
  });

  test("nothing where a person switched it off, or the chain is none", () => {
    expect(diagnose(play(...up, { kind: "disable" }), "wg0", bundle, 0)).toBeUndefined();
    expect(diagnose(play(...up), "other", bundle, 0)).toBeUndefined();
  });
});

test("the status says first what counts", () => {
  const around = { policy: "home", bundle: "/x", pid: 1, since: 0, tries: new Map([["wg0", 2]]) };
  const rest = {
    apps: [],
    recent: [],
    paused: ["firefox"],
    foreignRoutes: ["0.0.0.0/1 dev eth0 beside wg0"],
    tampered: { count: 1, last: "flush" },
    bypasses: ["ip o q queue: gives packets to a program"],
    unconfirmedUntil: undefined,
  };
  const text = (state: State, disabledUntil?: number): string =>
    statusText(statusOf(state, { ...around, ...rest, disabledUntil }), 61_000);
  expect(text(play(...up))).toBe(`policy home: guarding; state up

chain      tunnel         probe                      since
wg0: open  wg0 (2 tries)  interface            good  answers, 60 s
wg0: open  wg0 (2 tries)  heartbeat 10.64.0.1  good  answers, 60 s

paused: firefox

foreign route: 0.0.0.0/1 dev eth0 beside wg0

our rules were changed by others 1 times, last: flush

PAST OUR RULES: ip o q queue: gives packets to a program
`);
  expect(text(play(...up, { kind: "disable", until: 121_000 }), 121_000)).toMatch(
    /^policy home: DISABLED: everything passes for 60 s more; state disabled\n/,
  );
  expect(text(play({ kind: "enable" }))).toMatch(
    /^policy home: the rules are being loaded; nothing is open; state down\n/,
  );
});

test("a change is the state, or a probe", () => {
  const around = {
    policy: "home",
    bundle: "/x",
    pid: 1,
    since: 0,
    apps: [],
    recent: [],
    tries: new Map(),
    disabledUntil: undefined,
    unconfirmedUntil: undefined,
  };
  const rest = { paused: [], foreignRoutes: [], tampered: { count: 0 }, bypasses: [] };
  const line = (...events: readonly Event[]): string => changeLine(statusOf(play(...events), { ...around, ...rest }));
  expect(line(...up)).toBe("guarding, up");
  expect(line(...up, tell("heartbeat 10.64.0.1", false, 0))).toBe(
    "guarding, down; wg0 heartbeat 10.64.0.1: no answer for 1000 ms",
  );
});

test("a terminal shows the counters, the end of the log and what was refused", () => {
  const around = { policy: "home", bundle: "/x", pid: 1, since: 0, apps: [], tries: new Map() };
  const log = ["lost", "restored"].reduce(
    (recent, event) => remember(recent, { level: "info", event, chain: "wg0", routes: ["a", "b"] }, 61_000),
    Array.from({ length: 8 }, () => ({ at: 0, level: "info" as const, text: "old" })) as readonly Recent[],
  );
  const status = statusOf(play(...up), {
    ...around,
    recent: log,
    paused: [],
    foreignRoutes: [],
    tampered: { count: 0 },
    bypasses: [],
    disabledUntil: undefined,
    unconfirmedUntil: undefined,
  });
  const hits = [
    { statement: "closed-7", passed: false, packets: 41, bytes: 4_000 },
    { statement: "allow-lan-1", passed: true, packets: 0, bytes: 0 },
  ];
  const text = screen(status, hits, "the policy says `disable never`", 61_000);
  expect(text).toMatch(/^policy home: guarding; state up\n/);
  expect(text).toContain("closed-7   refused  41\n");
  expect(text).not.toContain("allow-lan-1");
  expect(text.match(/ old$/gm)).toHaveLength(6);
  expect(text).toContain("00:01:01 restored chain wg0 routes a, b\n");
  expect(text).toMatch(/refused: the policy says `disable never`\n$/);
});

test("keys ask for what the policy's control decides; nothing opens by a small letter", () => {
  expect(["e", "D", "p", "q", "\u0003", "d", "x"].map(requestOf)).toEqual([
    { command: "enable" },
    { command: "disable" },
    { command: "portal" },
    "quit",
    "quit",
    undefined,
    undefined,
  ]);
});

describe("what is watched", () => {
  test("each target by itself, and the interface always", () => {
    const text = good.replace("  interface\n  heartbeat 10.64.0.1 every", "  heartbeat 10.64.0.1, 10.64.0.2 every");
    const [wg0] = watchedTunnels(bundleOf(text.replace("address 10.64.0.2/32", "address 10.64.0.9/32")));
    expect(wg0?.probes.map(({ name }) => name)).toEqual(["interface", "heartbeat 10.64.0.1", "heartbeat 10.64.0.2"]);
  });

  test("is refused where it would be a flood, or nothing", () => {
    const [wg0] = watched;
    if (!wg0) throw new Error("nothing is watched");
    const heartbeat = wg0.probes.filter(({ kind }) => kind === "heartbeat");
    expect(watchFault(watched)).toBeUndefined();
    expect(watchFault([{ ...wg0, probes: Array.from({ length: 17 }, () => heartbeat).flat() }])).toMatch(
      /more than 16/,
    );
    expect(watchFault([{ ...wg0, probes: wg0.probes.slice(0, 1) }])).toMatch(/has no watch/);
    const targets = constant("10.64.0.0/10");
    const probes = [{ kind: "heartbeat", targets, every: 250, lostAfter: 3 }] as const;
    const watches = [{ id: "watch-wg0", tunnel: "wg0", probes }];
    const network = { ...bundle, runtime: { ...bundle.runtime, watches } };
    expect(watchFault(watchedTunnels(network))).toMatch(/more than 16/);
  });
});

test("waits grow from the first to the longest, each a quarter more or less", () => {
  const backoff = { from: 1_000, to: 30_000 };
  expect([0, 1, 2, 5, 50].map((tries) => waitBefore(tries, backoff, 0.5))).toEqual([
    1_000, 2_000, 4_000, 30_000, 30_000,
  ]);
  expect([0, 0.999].map((random) => waitBefore(1, backoff, random))).toEqual([1_500, 2_499]);
});
