import { stateKey } from "../../ir/states.ts";
import { announce } from "./announce.ts";
import { forget, note, proved } from "./evidence.ts";
import type { ChainState, Effect, Event, State } from "./state.ts";
import { type Action, type Cell, table } from "./table.ts";

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** One event, one step. It never throws: what it does not understand, or what breaks it, loads the closed rules. */
export function step(before: State, event: Event, at: number): Step {
  try {
    return isStale(before, event) ? { state: before, effects: [] } : taken(before, event, at);
  } catch (error) {
    return doubt(before, `${error}`, at);
  }
}

/** The answer to an order that a later one has replaced. */
const isStale = ({ ticket }: State, event: Event): boolean => "ticket" in event && event.ticket !== ticket;

function taken(before: State, event: Event, at: number): Step {
  const found: Cell | undefined = table[before.mode][event.kind];
  if (!found) return doubt(before, `unknown event ${JSON.stringify(event)}`, at);
  const answered = event.kind === "done" ? confirmed(before) : before;
  const first: Step = { state: { ...answered, mode: found.next }, effects: [] };
  const { state, effects } = found.actions.reduce((so, action) => {
    const more = actions[action](so.state, event, at);
    return { state: more.state, effects: [...so.effects, ...more.effects] };
  }, first);
  return { state, effects: [...effects, ...announce(before, state, event)] };
}

function doubt(before: State, what: string, at: number): Step {
  if (before.mode === "ended") return { state: before, effects: [] };
  const event: Event = { kind: "tampered", what };
  const { state, effects } = load({ ...before, mode: "loading" }, event, at);
  return { state, effects: [...effects, ...announce(before, state, event)] };
}

const confirmed = (state: State): State => ({
  ...state,
  pending: false,
  failures: 0,
  chains: state.chains.map((chain) => ({ ...chain, inForce: chain.wanted })),
});

type Act = (state: State, event: Event, at: number) => Step;

const load: Act = (state, _, at) => {
  const next = ordered(state, () => 0, at);
  return { state: next, effects: [{ kind: "load", ticket: next.ticket }] };
};

const actions: Readonly<Record<Action, Act>> = {
  note: (state, event) => {
    if (event.kind !== "probe") return { state, effects: [] };
    return { state: { ...state, chains: state.chains.map((chain) => note(chain, event)) }, effects: [] };
  },
  forget: (state, _, at) => ({
    state: {
      ...state,
      chains: state.chains.map((chain) => forget(chain, 0, "not heard of since the machine slept", at)),
    },
    effects: [],
  }),
  follow: (state, _, at) => {
    const isTooOpen = (chain: ChainState): boolean => chain.wanted > proved(chain);
    if (state.chains.some(isTooOpen)) return move(state, (chain) => Math.min(chain.wanted, proved(chain)), at);
    const next = state.pending ? undefined : state.chains.find((chain) => chain.wanted < proved(chain));
    return next
      ? move(state, (chain) => (chain === next ? chain.wanted + 1 : chain.wanted), at)
      : { state, effects: [] };
  },
  load,
  visit: (state, _, at) => {
    const next = ordered(state, () => 0, at);
    return { state: next, effects: [{ kind: "visit", ticket: next.ticket }] };
  },
  leave: (state, _, at) => move(state, () => 0, at),
  free: (state, event, at) => {
    const next = ordered(state, () => 0, at);
    const until = event.kind === "disable" && event.until !== undefined ? { until: event.until } : {};
    return { state: next, effects: [{ kind: "free", ticket: next.ticket, ...until }] };
  },
  wait: (state) => {
    const failures = state.failures + 1;
    const milliseconds = Math.min(100 * 2 ** Math.min(failures, 10), 5_000);
    return { state: { ...state, failures }, effects: [{ kind: "wait", ticket: state.ticket, milliseconds }] };
  },
  "close and end": (state) => ({ state, effects: [{ kind: "end", close: true }] }),
  end: (state) => ({ state, effects: [{ kind: "end", close: false }] }),
};

function move(state: State, level: (chain: ChainState) => number, at: number): Step {
  const next = ordered(state, level, at);
  const to = stateKey(
    next.chains.map(({ name, hops }) => ({ name, hops: hops.map(({ tunnel }) => tunnel) })),
    next.chains.map(({ wanted }) => wanted),
  );
  return { state: next, effects: [{ kind: "move", ticket: next.ticket, to }] };
}

/** A new order. What it closes counts as closed from now on, and what came through there must come again. */
function ordered(state: State, level: (chain: ChainState) => number, at: number): State {
  return {
    ...state,
    ticket: state.ticket + 1,
    pending: true,
    chains: state.chains.map((chain) => {
      const wanted = level(chain);
      const next = { ...chain, wanted, inForce: Math.min(chain.inForce, wanted) };
      return wanted < chain.wanted ? forget(next, wanted + 1, "not heard of since the way there was closed", at) : next;
    }),
  };
}
