import fc from "fast-check";
import type { Effect, Event, State } from "../../../src/runtime/machine/state.ts";
import { type Guarded, initial } from "../../../src/runtime/machine/state.ts";
import { type Step, step } from "../../../src/runtime/machine/step.ts";

/** Two chains, one of them with three hops; the probes of a hop are one about its place and one through its path. */
const hop = (tunnel: string): Guarded["hops"][number] => ({
  tunnel,
  probes: [
    { name: "interface", throughPath: false },
    { name: "heartbeat", throughPath: true },
  ],
});
export const guarded: readonly Guarded[] = [
  { name: "private", everything: true, hops: [hop("entry"), hop("middle"), hop("exit")] },
  { name: "work", everything: false, hops: [hop("work")] },
];
const levelNames = ["down", "hop1", "hop2", "up"];
/** `private:hop1+work:up` → levels by chain. */
export const levelsOf = (key: string): readonly number[] =>
  key.split("+").map((part, i) => {
    const name = part.slice(part.indexOf(":") + 1);
    return name === "up" ? (guarded[i]?.hops.length ?? 0) : levelNames.indexOf(name);
  });

/** What may happen; the tickets of answers are filled in when it does. */
export type Happening =
  | { readonly kind: "report"; readonly tunnel: string; readonly probe: string; readonly good: boolean }
  | { readonly kind: "answer"; readonly good: boolean; readonly late: boolean }
  | { readonly kind: "other"; readonly event: Event };

const tunnels = guarded.flatMap(({ hops }) => hops.map(({ tunnel }) => tunnel));
const report = fc.record({
  kind: fc.constant("report" as const),
  tunnel: fc.constantFrom(...tunnels),
  probe: fc.constantFrom("interface", "heartbeat"),
  good: fc.boolean(),
});
const answer = fc.record({
  kind: fc.constant("answer" as const),
  good: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  late: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
const other = fc.constantFrom<Event>(
  { kind: "tampered", what: "a flush" },
  { kind: "slept" },
  { kind: "portal" },
  { kind: "disable" },
  { kind: "disable", until: 1 },
  { kind: "enable" },
  { kind: "stop" },
);
/** Mostly good news and answers, or no run would ever get far up. */
export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: report.map((r) => ({ ...r, good: true })) },
    { weight: 3, arbitrary: report },
    { weight: 12, arbitrary: answer },
    { weight: 1, arbitrary: other.map((event) => ({ kind: "other" as const, event })) },
  ),
  { minLength: 20, maxLength: 120 },
);

export type Run = readonly {
  readonly event: Event;
  readonly before: State;
  readonly after: State;
  readonly effects: readonly Effect[];
}[];

/** Plays happenings on a machine that may be a broken one. */
export function play(events: readonly Happening[], machine: typeof step = step): Run {
  const run: { event: Event; before: State; after: State; effects: readonly Effect[] }[] = [];
  let state = initial(guarded, 0);
  const send = (event: Event): void => {
    const { state: after, effects }: Step = machine(state, event, run.length);
    run.push({ event, before: state, after, effects });
    state = after;
  };
  send({ kind: "enable" });
  for (const happening of events) send(eventOf(happening, state, run.length));
  return run;
}

function eventOf(happening: Happening, { ticket }: State, at: number): Event {
  switch (happening.kind) {
    case "report":
      return { ...happening, kind: "probe", why: happening.good ? "answers" : "is silent", at };
    case "answer": {
      const about = { ticket: happening.late ? ticket - 1 : ticket };
      return happening.good ? { kind: "done", ...about } : { kind: "failed", ...about, why: "nft failed" };
    }
    case "other":
      return happening.event;
  }
}

/** What must hold of every run; written against reports and orders alone, without the machine's own notion of a proof. */
export function faultOf(run: Run): string | undefined {
  const last = new Map<string, boolean>();
  let ordered: readonly number[] = guarded.map(() => 0);
  let confirmed: readonly number[] = ordered;
  let ticket = 0;
  let isEnforcing = true;
  let isVisiting = false;
  for (const { event, after, effects } of run) {
    if (after.mode === "ended") {
      if (effects.some(({ kind }) => kind === "move" || kind === "load" || kind === "visit" || kind === "free"))
        return "an order after the end";
      continue;
    }
    if (event.kind === "done" && event.ticket === ticket) confirmed = ordered;
    if (event.kind === "probe") hear(last, event, confirmed);
    if (event.kind === "slept") for (const tunnel of tunnels) last.set(`${tunnel} heartbeat`, false);
    const orders = effects.filter(
      (e) => e.kind === "move" || e.kind === "load" || e.kind === "visit" || e.kind === "free",
    );
    if (orders.length > 1) return "two orders at once";
    const [order] = orders;
    if (order) {
      if (order.ticket <= ticket) return "a ticket used twice";
      ticket = order.ticket;
    }
    if (order?.kind === "free") {
      if (event.kind !== "disable") return "free without a person's word";
      isEnforcing = false;
    }
    if (order?.kind === "visit" && event.kind !== "portal") return "a portal without a person's word";
    if (isVisiting && order?.kind === "move" && event.kind !== "enable") return "a move in the midst of a visit";
    if (order) isVisiting = order.kind === "visit";
    if (order?.kind === "load") isEnforcing = true;
    if (order && order.kind !== "move") ordered = guarded.map(() => 0);
    if (order?.kind === "move") {
      if (!isEnforcing) return "a move while nothing is enforced";
      const fault = judgeMove(levelsOf(order.to), ordered, confirmed, last);
      if (fault !== undefined) return fault;
      ordered = levelsOf(order.to);
    }
    confirmed = confirmed.map((level, i) => Math.min(level, ordered[i] ?? 0));
    for (const [i, { hops }] of guarded.entries()) {
      const open = ordered[i] ?? 0;
      for (const { tunnel } of hops.slice(0, open))
        if (!isGood(last, tunnel)) return `${tunnel} is open, and a probe of it is not good`;
    }
    if ((event.kind === "tampered" || event.kind === "failed") && order?.kind !== "load" && after.mode === "guarding")
      if (event.kind === "tampered" || event.ticket === ticket) return "a doubt that loaded nothing";
  }
  return undefined;
}

const probesOf = (tunnel: string): readonly string[] => [`${tunnel} interface`, `${tunnel} heartbeat`];
const isGood = (last: ReadonlyMap<string, boolean>, tunnel: string): boolean =>
  probesOf(tunnel).every((probe) => last.get(probe) === true);

/** An answer through closed hops is none, and a failed hop takes what came through it and through those behind it along. */
function hear(
  last: Map<string, boolean>,
  { tunnel, probe, good }: Extract<Event, { kind: "probe" }>,
  confirmed: readonly number[],
): void {
  for (const [i, { hops }] of guarded.entries()) {
    const index = hops.findIndex((each) => each.tunnel === tunnel);
    if (index < 0) continue;
    if (good && probe === "heartbeat" && index > (confirmed[i] ?? 0)) return;
    last.set(`${tunnel} ${probe}`, good);
    if (!good) for (const behind of hops.slice(index)) last.set(`${behind.tunnel} heartbeat`, false);
  }
}

function judgeMove(
  to: readonly number[],
  from: readonly number[],
  confirmed: readonly number[],
  last: Map<string, boolean>,
): string | undefined {
  const changes = to.map((level, i) => level - (from[i] ?? 0));
  const rising = changes.filter((change) => change > 0);
  if (changes.every((change) => change === 0))
    return to.every((level) => level === 0) ? undefined : "a move to where it is";
  if (rising.length > 0) {
    if (rising.length > 1 || rising[0] !== 1 || changes.some((change) => change < 0))
      return "more than one hop at once";
    if (from.some((level, i) => level !== confirmed[i])) return "opened before the last order was confirmed";
  }
  for (const [i, change] of changes.entries()) {
    if (change >= 0) continue;
    const hops = guarded[i]?.hops ?? [];
    if (hops.slice(0, (to[i] ?? 0) + 1).every(({ tunnel }) => isGood(last, tunnel)))
      return "closed more than what failed";
    // Whoever stands behind a closed hop must be heard again.
    for (const { tunnel } of hops.slice((to[i] ?? 0) + 1)) last.set(`${tunnel} heartbeat`, false);
  }
  return undefined;
}
