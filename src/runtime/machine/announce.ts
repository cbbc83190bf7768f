import { proved } from "./evidence.ts";
import type { ChainState, Effect, Event, State } from "./state.ts";

/** What people, apps and reconnection are told of a step: read off the two states, so that no path forgets it. */
export function announce(before: State, after: State, event: Event): readonly Effect[] {
  return [
    ...(event.kind === "tampered" ? [{ kind: "tampered" as const, what: event.what }] : []),
    ...(event.kind === "failed" ? [{ kind: "broken" as const, why: event.why, failures: after.failures }] : []),
    ...after.chains.flatMap((chain, i) => openings(before, after, before.chains[i], chain, event)),
    ...(isPaused(before) === isPaused(after)
      ? []
      : [{ kind: isPaused(after) ? ("pause" as const) : ("resume" as const) }]),
    ...(isThrough(after) && !isThrough(before) ? [{ kind: "through" as const }] : []),
    ...healing(before, after),
  ];
}

/** Applications use the whole chain. */
export const isOpen = (state: State, chain: ChainState): boolean =>
  state.mode === "guarding" && chain.inForce === chain.hops.length;

const isThrough = (state: State): boolean => state.mode === "portal" && state.chains.some((chain) => proved(chain) > 0);

function openings(
  before: State,
  after: State,
  was: ChainState | undefined,
  is: ChainState,
  event: Event,
): readonly Effect[] {
  const wasOpen = was !== undefined && isOpen(before, was);
  if (wasOpen === isOpen(after, is)) return [];
  return wasOpen ? [{ kind: "lost", chain: is.name, cause: causeOf(event) }] : [{ kind: "restored", chain: is.name }];
}

function causeOf(event: Event): string {
  switch (event.kind) {
    case "probe":
      return `${event.tunnel}: ${event.probe}: ${event.why}`;
    case "tampered":
      return event.what;
    case "failed":
      return event.why;
    case "slept":
      return "the machine slept";
    default:
      return event.kind;
  }
}

/** Somebody watches and acts: not before the first order, and not where everything passes or nobody could resume an app. */
const isActing = ({ mode, ticket }: State): boolean =>
  ticket > 0 && (mode === "loading" || mode === "guarding" || mode === "portal");

/** Apps run again when one chain that carries everything is open, or all where none does. */
function isPaused(state: State): boolean {
  if (!isActing(state)) return false;
  const carrying = state.chains.filter(({ everything }) => everything);
  return carrying.length > 0
    ? !carrying.some((chain) => isOpen(state, chain))
    : !state.chains.every((chain) => isOpen(state, chain));
}

/** In each chain the first hop that is not good, once the way to it is open; those behind it cannot come before it. */
const ailing = (state: State): readonly string[] =>
  isActing(state)
    ? state.chains.flatMap((chain) => {
        const index = proved(chain);
        const hop = chain.hops[index];
        return hop && index <= chain.inForce ? [hop.tunnel] : [];
      })
    : [];

function healing(before: State, after: State): readonly Effect[] {
  const [was, is] = [ailing(before), ailing(after)];
  return [
    ...was.filter((tunnel) => !is.includes(tunnel)).map((tunnel) => ({ kind: "settled" as const, tunnel })),
    ...is.filter((tunnel) => !was.includes(tunnel)).map((tunnel) => ({ kind: "reconnect" as const, tunnel })),
  ];
}
