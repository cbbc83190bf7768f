import type { Server } from "node:net";
import type { Bundle } from "../../ir/bundle.ts";
import { proved } from "../machine/evidence.ts";
import type { Event, State } from "../machine/state.ts";
import type { Entry } from "../recent.ts";
import type { Status } from "../status.ts";
import { groupId } from "./group.ts";
import type { OffSwitch } from "./off-switch.ts";
import { listen, parseRequest, type Request, type Response } from "./socket.ts";

export interface RequestsOptions {
  /** Of the socket. */
  readonly path: string;
  readonly runtime: Pick<Bundle["runtime"], "control" | "portal">;
  readonly offSwitch: OffSwitch;
  readonly state: () => State;
  readonly status: () => Status;
  /** Nothing beside the rules keeps packets back. */
  readonly isFree: () => boolean;
  readonly send: (event: Event) => void;
  readonly log: (level: Entry["level"], text: string) => void;
}

/** What people ask of a daemon over its socket, within the policy's `control`; answered when the kernel holds it. */
export class Requests {
  readonly #options: RequestsOptions;
  #server: Server | undefined;
  #leaving: NodeJS.Timeout | undefined;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Guarding goes on where it fails: it needs nobody to ask. */
  async start(): Promise<void> {
    const { path, runtime, log } = this.#options;
    const { group } = runtime.control;
    const id = group === undefined ? undefined : await groupId(group);
    if (group !== undefined && id === undefined) log("warning", `there is no group \`${group}\`: only root may ask`);
    try {
      this.#server = await listen(path, id, { parse: parseRequest, answer: (request) => this.answer(request) });
    } catch (error) {
      log("error", `nobody can ask this daemon: ${error instanceof Error ? error.message : error}`);
    }
  }

  stop(): void {
    clearTimeout(this.#leaving);
    this.#server?.close();
  }

  /** Waits until the kernel holds what was asked for; undefined when it does. */
  async reached(mode: "guarding" | "portal" | "disabled", milliseconds = 10_000): Promise<string | undefined> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      const { state, isFree } = this.#options;
      const { mode: now, pending } = state();
      if (now === mode && (mode === "guarding" || (!pending && isFree()))) return undefined;
      await new Promise((settle) => setTimeout(settle, 10));
    }
    return `it did not come about: the daemon is ${this.#options.state().mode}`;
  }

  async answer(request: Request): Promise<Response> {
    const fault = await this.#carryOut(request);
    return fault === undefined ? { status: this.#options.status() } : { fault };
  }

  async #carryOut(request: Request): Promise<string | undefined> {
    const { offSwitch } = this.#options;
    switch (request.command) {
      case "status":
        return undefined;
      case "enable":
        await offSwitch.on();
        return this.reached("guarding");
      case "portal":
        return this.#visit();
      case "disable":
        return (await offSwitch.off(request.milliseconds)) ?? this.reached("disabled");
    }
  }

  async #visit(): Promise<string | undefined> {
    const { runtime, state, send } = this.#options;
    const { portal } = runtime;
    const { mode, chains } = state();
    if (!portal) return "the policy has no `portal`";
    if (mode !== "guarding" && mode !== "portal") return `the daemon is ${mode}`;
    const through = chains.find((chain) => proved(chain) > 0)?.hops[0];
    if (through) return `\`${through.tunnel}\` is good: no log-in page is in its way`;
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => state().mode === "portal" && send({ kind: "enable" }), portal.limit);
    send({ kind: "portal" });
    return this.reached("portal");
  }
}
