import { setTimeout as pause } from "node:timers/promises";
import type { Counts } from "../../lab/classify.ts";
import type { Lab } from "../../lab/lab.ts";
import type { Vpn } from "../../lab/vpn.ts";
import type { Guard } from "./guard.ts";

/** A way to lose a tunnel, and the way back. */
export interface Case {
  readonly name: string;
  readonly lose: () => Promise<unknown>;
  readonly undo: () => Promise<unknown>;
}

export interface Outcome {
  readonly counts: Counts;
  readonly datagrams: number;
  /** Milliseconds from before the command that loses, or undoes, to the state that was read back. */
  readonly closed: number;
  readonly restored: number;
}

/** Loses a tunnel under a flood, waits until the daemon has closed, brings it back, waits until it is open. */
export async function lose(
  { lab, vpn, guard }: { readonly lab: Lab; readonly vpn: Vpn; readonly guard: Guard },
  { lose, undo }: Case,
  states: { readonly open: string; readonly closed: string } = { open: "up", closed: "down" },
): Promise<Outcome> {
  const capture = await lab.capture(vpn);
  const flood = await lab.flood(vpn);
  await pause(150);
  const start = Date.now();
  await lose();
  const closed = await guard.inForce(states.closed, start);
  await pause(150);
  const back = Date.now();
  await undo();
  const restored = await guard.inForce(states.open, back);
  await pause(150);
  const { datagrams } = await flood.stop();
  return { counts: await capture.stop(), datagrams, closed, restored };
}

/** The same without rules and without a daemon: what would leave. */
export async function loseUnguarded(lab: Lab, vpn: Vpn, { lose, undo }: Case): Promise<Counts> {
  const capture = await lab.capture(vpn);
  const flood = await lab.flood(vpn);
  await pause(150);
  await lose();
  await pause(450);
  await flood.stop();
  const counts = await capture.stop();
  await undo();
  return counts;
}
