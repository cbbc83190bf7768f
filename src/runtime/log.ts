import type { Event, State } from "./machine/state.ts";
import type { Entry } from "./recent.ts";
import { keyInForce, nameInForce } from "./status.ts";

/** What a step is worth in the log: only what changed, because a heartbeat answers several times a second. */
export function stepEntries(event: Event, before: State, after: State): readonly Entry[] {
  const [from, to] = [before, after].map((state) => `${state.mode} ${keyInForce(state)}`);
  return [
    ...probeEntry(event, before, after),
    ...(event.kind === "done" && event.ticket === before.ticket
      ? [
          {
            level: "info",
            event: "in-force",
            state: nameInForce(after),
          } as const,
        ]
      : []),
    ...(from !== to ? [{ level: "info", event: "state", from, to } as const] : []),
  ];
}

function probeEntry(event: Event, before: State, after: State): readonly Entry[] {
  if (event.kind !== "probe") return [];
  const { tunnel, probe, good, why } = event;
  if (goodIn(before, tunnel, probe) === goodIn(after, tunnel, probe)) return [];
  return [{ level: good ? "info" : "warning", event: "probe", tunnel, probe, good, why }];
}

const goodIn = (state: State, tunnel: string, probe: string): boolean | undefined =>
  state.chains
    .flatMap(({ hops }) => hops)
    .find((hop) => hop.tunnel === tunnel)
    ?.probes.find(({ name }) => name === probe)?.good;
