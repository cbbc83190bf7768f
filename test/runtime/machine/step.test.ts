import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Effect, type Event, initial, type State } from "../../../src/runtime/machine/state.ts";
import { step } from "../../../src/runtime/machine/step.ts";
import { faultOf, guarded, type Happening, happenings, levelsOf, play, type Run } from "./model.ts";

const { KSP_RUNS: runs = "400" } = process.env;
const many = { numRuns: Number(runs) };

describe("any run", () => {
  test("opens only what every probe proves, hop by hop, and closes at once", () => {
    fc.assert(
      fc.property(happenings, (events) => {
        expect(faultOf(play(events))).toBeUndefined();
      }),
      many,
    );
  });

  test("gets everywhere: all levels are reached, and lost again", () => {
    const seen = new Set<string>();
    for (const events of fc.sample(happenings, { numRuns: 600, seed: 11 }))
      for (const { effects } of play(events)) for (const e of effects) seen.add(e.kind === "move" ? e.to : e.kind);
    for (const state of [
      "private:up+work:up",
      "private:hop2+work:down",
      "private:up+work:down",
      "private:down+work:up",
    ])
      expect(seen).toContain(state);
    for (const kind of ["lost", "restored", "pause", "resume", "reconnect", "settled", "broken", "free", "end"])
      expect(seen).toContain(kind);
  });
});

type Machine = typeof step;
const hearing =
  (change: (event: Event, state: State) => Event | undefined): Machine =>
  (state, event, at) => {
    const heard = change(event, state);
    return heard ? step(state, heard, at) : { state, effects: [] };
  };
const acting =
  (change: (state: State, before: State) => State): Machine =>
  (before, event, at) => {
    const { state, effects } = step(before, event, at);
    return { state: change(state, before), effects };
  };
const trusting = (state: State): State => ({
  ...state,
  chains: state.chains.map((chain) => ({
    ...chain,
    hops: chain.hops.map((hop) => ({
      ...hop,
      probes: hop.probes.map((probe) => (probe.throughPath ? { ...probe, good: true } : probe)),
    })),
  })),
});

/** Machines with one fault each. */
const broken: Readonly<Record<string, Machine>> = {
  "is deaf to a lost interface": hearing((event) =>
    event.kind === "probe" && event.probe === "interface" && !event.good ? undefined : event,
  ),
  "takes silence of the exit for an answer": hearing((event) =>
    event.kind === "probe" && event.tunnel === "exit" ? { ...event, good: true } : event,
  ),
  "takes the answer to an old order for that to a new one": hearing((event, { ticket }) =>
    event.kind === "done" ? { ...event, ticket } : event,
  ),
  "confirms itself": acting((state) => ({
    ...state,
    pending: false,
    chains: state.chains.map((chain) => ({ ...chain, inForce: chain.wanted })),
  })),
  "trusts what it heard before a hop was closed": (before, event, at) => {
    const { state, effects } = step(before, event, at);
    return { state: effects.some((e) => e.kind === "move") ? trusting(state) : state, effects };
  },
  "takes what it heard before a sleep for news": hearing((event) => (event.kind === "slept" ? undefined : event)),
  "goes on guarding rules that were changed": hearing((event) => (event.kind === "tampered" ? undefined : event)),
  "opens a chain with another": (before, event, at) => {
    const { state, effects } = step(before, event, at);
    const wider = (e: Effect): Effect => (e.kind === "move" ? { ...e, to: e.to.replace("work:down", "work:up") } : e);
    return { state, effects: effects.map(wider) };
  },
  "frees without being told": (before, event, at) => {
    const { state, effects } = step(before, event, at);
    return { state, effects: effects.map((e): Effect => (e.kind === "load" ? { ...e, kind: "free" } : e)) };
  },
};

describe("the model notices a machine that", () => {
  test.each(Object.entries(broken))("%s", (_, machine) => {
    const found = fc.check(
      fc.property(happenings, (events) => faultOf(play(events, machine)) === undefined),
      { numRuns: 2_000, seed: 7 },
    );
    expect(found.failed).toBe(true);
  });
});

const report = (tunnel: string, probe: string, good: boolean): Happening => ({ kind: "report", tunnel, probe, good });
const yes: Happening = { kind: "answer", good: true, late: false };
const up = (tunnel: string): readonly Happening[] => [
  report(tunnel, "interface", true),
  report(tunnel, "heartbeat", true),
  yes,
];
const allUp = [yes, ...["entry", "middle", "exit", "work"].flatMap(up)];
const orders = (run: Run): readonly string[] =>
  run.flatMap(({ effects }) => effects.flatMap((e) => (e.kind === "move" ? [e.to] : [])));
const lastOf = (run: Run): Run[number] => {
  const last = run.at(-1);
  if (!last) throw new Error("nothing happened");
  return last;
};

test("hops open in their order, one an order", () => {
  expect(orders(play(allUp))).toEqual([
    "private:hop1+work:down",
    "private:hop2+work:down",
    "private:up+work:down",
    "private:up+work:up",
  ]);
});

describe.each(["interface", "heartbeat"])("a lost %s alone", (probe) => {
  test.each([
    ["entry", [0, 1]],
    ["middle", [1, 1]],
    ["exit", [2, 1]],
    ["work", [3, 0]],
  ] as const)("of %s closes it and what is behind it, and no other chain", (tunnel, levels) => {
    const { effects } = lastOf(play([...allUp, report(tunnel, probe, false)]));
    const move = effects.find((e) => e.kind === "move");
    expect(move && levelsOf(move.to)).toEqual(levels);
    expect(effects).toContainEqual({
      kind: "lost",
      chain: tunnel === "work" ? "work" : "private",
      cause: `${tunnel}: ${probe}: is silent`,
    });
    expect(effects).toContainEqual({ kind: "reconnect", tunnel });
  });
});

test("behind a hop that is back, the others must be heard again", () => {
  const lost = [...allUp, report("entry", "heartbeat", false), yes];
  expect(orders(play([...lost, report("entry", "heartbeat", true), yes])).slice(4)).toEqual([
    "private:down+work:up",
    "private:hop1+work:up",
  ]);
  const back = [...lost, report("entry", "heartbeat", true), yes, report("middle", "heartbeat", true), yes];
  expect(orders(play(back)).at(-1)).toBe("private:hop2+work:up");
});

test("after a sleep all is closed until it is heard again, and opens in order", () => {
  const slept: Happening = { kind: "other", event: { kind: "slept" } };
  const heard = ["entry", "middle", "exit"].flatMap((tunnel) => [report(tunnel, "heartbeat", true), yes]);
  expect(orders(play([...allUp, slept, yes, ...heard])).slice(4)).toEqual([
    "private:down+work:down",
    "private:hop1+work:down",
    "private:hop2+work:down",
    "private:up+work:down",
  ]);
});

test("apps pause at the start and on a loss, and run again when a chain that carries everything is open", () => {
  const told = (events: readonly Happening[]): readonly string[] =>
    play(events).flatMap(({ effects }) => effects.map((e) => e.kind as string).filter((k) => /pause|resume/.test(k)));
  expect(told([yes])).toEqual(["pause"]);
  expect(told(allUp)).toEqual(["pause", "resume"]);
  expect(told([...allUp, report("work", "interface", false)])).toEqual(["pause", "resume"]);
  expect(told([...allUp, report("exit", "interface", false)])).toEqual(["pause", "resume", "pause"]);
  expect(told([yes, { kind: "other", event: { kind: "disable" } }])).toEqual(["pause", "resume"]);
});

describe("what it does not understand closes", () => {
  const upState = lastOf(play(allUp)).after;
  // Whatever the types say: a message of another version.
  const strange = JSON.parse('{ "kind": "open-sesame" }') as Event;

  test("an unknown event", () => {
    const { state, effects } = step(upState, strange, 0);
    expect(state.mode).toBe("loading");
    expect(effects.map(({ kind }) => kind)).toEqual(["load", "tampered", "lost", "lost", "pause"]);
  });

  test("a state that breaks a step", () => {
    const trap = new Proxy({} as { kind: "probe" }, {
      get: () => {
        throw new Error("broken");
      },
      has: () => false,
    });
    const { state, effects } = step(upState, trap as Event, 0);
    expect(state.mode).toBe("loading");
    expect(effects[0]?.kind).toBe("load");
  });

  test("a hop without probes never opens", () => {
    const [chain] = guarded;
    const blind = initial([{ name: "x", everything: true, hops: [{ tunnel: "t", probes: [] }] }], 0);
    expect(chain?.hops.every(({ probes }) => probes.length > 0)).toBe(true);
    const loading = step(blind, { kind: "enable" }, 0).state;
    expect(step(loading, { kind: "done", ticket: 1 }, 0).effects).toEqual([]);
  });
});

test("a load that fails is tried again, slower and slower, and never given up", () => {
  let state = step(initial(guarded, 0), { kind: "enable" }, 0).state;
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    const failed = step(state, { kind: "failed", ticket: state.ticket, why: "nft failed" }, 0);
    for (const e of failed.effects) if (e.kind === "wait") waits.push(e.milliseconds);
    const retried = step(failed.state, { kind: "retry", ticket: failed.state.ticket }, 0);
    expect(retried.effects.map(({ kind }) => kind)).toContain("load");
    state = retried.state;
  }
  expect(waits.slice(0, 6)).toEqual([200, 400, 800, 1_600, 3_200, 5_000]);
  expect(waits).toHaveLength(12);
});
