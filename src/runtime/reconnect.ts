import type { ChildProcess } from "node:child_process";
import type { Reconnect } from "../ir/policy.ts";
import { environment, launch, signal } from "./system/program.ts";

export interface Reconnecting {
  readonly note: (tunnel: string, text: string) => void;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** Unsaid in the policy. */
const gentle = { from: 1_000, to: 60_000 } as const;
/** A program that goes on in the foreground is given so long to bring its tunnel up before it is started anew. */
const patience = 15_000;
/** From the request to end until it is made to: one that hangs must not stay beside each that follows. */
const grace = 5_000;

/** The wait before try number `tries`, from 0: doubled each time, and never the same for many machines. */
export function waitBefore(tries: number, { from, to }: { from: number; to: number }, random: number): number {
  const wait = Math.min(from * 2 ** Math.min(tries, 30), to);
  return Math.round(wait * (0.75 + 0.5 * random));
}

/** Runs the policy's program for each tunnel that is lost until it is back, waiting longer and longer. */
export class Reconnection {
  readonly #plans: ReadonlyMap<string, Reconnect>;
  readonly #on: Reconnecting;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, ChildProcess>();
  /** Tries since the tunnel was lost, by tunnel. */
  readonly tries = new Map<string, number>();

  constructor(reconnects: readonly Reconnect[], on: Reconnecting) {
    this.#plans = new Map(reconnects.map((plan) => [plan.tunnel, plan]));
    this.#on = on;
  }

  begin(tunnel: string): void {
    if (!this.#plans.has(tunnel) || this.#timers.has(tunnel)) return;
    this.tries.set(tunnel, 0);
    this.#schedule(tunnel, this.#nextWait(tunnel));
  }

  /** It is back. A program that still runs may well be what carries it. */
  settle(tunnel: string): void {
    clearTimeout(this.#timers.get(tunnel));
    this.#timers.delete(tunnel);
    this.tries.delete(tunnel);
  }

  stop(): void {
    for (const tunnel of [...this.#timers.keys()]) this.settle(tunnel);
  }

  #schedule(tunnel: string, wait: number): void {
    clearTimeout(this.#timers.get(tunnel));
    this.#timers.set(
      tunnel,
      setTimeout(() => this.#try(tunnel), wait),
    );
  }

  #nextWait(tunnel: string): number {
    return waitBefore(this.tries.get(tunnel) ?? 0, this.#plans.get(tunnel)?.backoff ?? gentle, this.#on.random());
  }

  #try(tunnel: string): void {
    const [program, ...args] = this.#plans.get(tunnel)?.argv.linux ?? [];
    if (program === undefined) return;
    const tries = (this.tries.get(tunnel) ?? 0) + 1;
    this.tries.set(tunnel, tries);
    this.#end(this.#running.get(tunnel));
    this.#on.note(tunnel, `try ${tries}: ${[program, ...args].join(" ")}`);
    // A VPN that stays in the foreground outlives this daemon.
    const child = launch(program, args, { stdio: "ignore", env: environment });
    this.#running.set(tunnel, child);
    this.#schedule(tunnel, patience);
    const over = (why: string): void => {
      this.#on.note(tunnel, why);
      if (this.#running.get(tunnel) !== child) return;
      this.#running.delete(tunnel);
      if (this.tries.has(tunnel)) this.#schedule(tunnel, this.#nextWait(tunnel));
    };
    child.once("error", (error) => over(error.message));
    child.once("exit", (status, signal) => over(`${program} ended: ${signal ?? `status ${status}`}`));
    child.unref();
  }

  #end(child: ChildProcess | undefined): void {
    if (!child) return;
    signal(child, "SIGTERM");
    setTimeout(() => signal(child, "SIGKILL"), grace).unref();
  }
}
