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
export const loseUnguarded = (lab: Lab, vpn: Vpn, each: Case): Promise<Counts> => unguarded(lab, vpn, each, 450);

/**
 * The same with the rule that guides all over the web insert once the interface is lost: everything but into the tunnel is
 * dropped. Their scripts look every few seconds or minutes; this one looks half a second after the loss.
 */
export function losePlainly(lab: Lab, vpn: Vpn, each: Case): Promise<Counts> {
  const rule = (verb: string): string =>
    ["iptables", "ip6tables"].map((program) => `${program} ${verb} OUTPUT ! -o ${vpn.interface} -j DROP`).join("; ");
  const look = `sleep 0.5; ip link show dev ${vpn.interface} up 2>&1 | grep -q LOWER_UP || { ${rule("-I")}; }`;
  const lose = async (): Promise<void> => {
    await each.lose();
    await lab.client.spawn(["sh", "-c", look]);
  };
  const undo = async (): Promise<void> => {
    await lab.client.exec(["sh", "-c", rule("-D")]);
    await each.undo();
  };
  return unguarded(lab, vpn, { ...each, lose, undo }, 1_000);
}

async function unguarded(lab: Lab, vpn: Vpn, { lose, undo }: Case, milliseconds: number): Promise<Counts> {
  const capture = await lab.capture(vpn);
  const flood = await lab.flood(vpn);
  await pause(150);
  await lose();
  await pause(milliseconds);
  await flood.stop();
  const counts = await capture.stop();
  await undo();
  return counts;
}
