import { pid } from "node:process";
import { stateKey } from "../ir/states.ts";
import { setPaused } from "./apps/apps.ts";
import { forgetDisabled, permitted, rememberDisabled, stillDisabled } from "./control/disabled.ts";
import { groupId } from "./control/group.ts";
import { type Lock, takeLock } from "./control/lock.ts";
import { Remembered, socketPath } from "./control/run-folder.ts";
import { listen, type Request, type Response } from "./control/socket.ts";
import { notifyDesktops } from "./desktop.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import type { Loaded } from "./load-bundle.ts";
import { type Effect, type Event, initial, type State } from "./machine/state.ts";
import { step } from "./machine/step.ts";
import { Firewall } from "./nft/firewall.ts";
import { Network } from "./probes/network.ts";
import { isThroughPath } from "./probes/watch.ts";
import { Reconnection } from "./reconnect.ts";
import { keyInForce, statusOf } from "./status.ts";
import { type Changed, raiseSettings, restoreSettings } from "./system/sysctl.ts";

/** One line of the log. */
export interface Entry {
  readonly level: "info" | "warning" | "error";
  readonly event: string;
  readonly [detail: string]: unknown;
}

export interface DaemonOptions {
  readonly loaded: Loaded;
  readonly folder: string;
  readonly log: (entry: Entry) => void;
  /** A person must know. */
  readonly alert: (diagnosis: Diagnosis) => void;
}

export interface Daemon {
  /** Settles when it has ended; with a reason where nobody asked for it. */
  readonly ended: Promise<string | undefined>;
  /** Closes, and ends. The rules stay. */
  readonly stop: () => void;
}

/** Starts to guard. A second daemon is refused. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon | { readonly fault: string }> {
  const remembered = new Remembered(options.folder);
  await remembered.open();
  let guard: Guard | undefined;
  const lock = await takeLock(remembered.path("lock"), () => guard?.end("the lock of the daemon was lost"));
  if (!lock) return { fault: "another daemon runs already" };
  guard = new Guard(options, remembered, lock);
  await guard.start();
  return { ended: guard.ended, stop: () => guard?.send({ kind: "stop" }) };
}

/** Hands events to the machine, one after the other, and carries out what it says. */
class Guard {
  readonly ended: Promise<string | undefined>;
  readonly #options: DaemonOptions;
  readonly #remembered: Remembered;
  readonly #lock: Lock;
  readonly #since = Date.now();
  readonly #network: Network;
  readonly #reconnection: Reconnection;
  readonly #paused = new Map<string, string>();
  readonly #foreignRoutes = new Map<string, readonly string[]>();
  #firewall: Firewall | undefined;
  #state: State;
  #tampered: { count: number; last?: string } = { count: 0 };
  #disabledUntil: number | undefined;
  #enabling: NodeJS.Timeout | undefined;
  #apps: Promise<void> = Promise.resolve();
  #changed: readonly Changed[] = [];
  #server: { close: () => void } | undefined;
  #settle: (reason: string | undefined) => void = () => {};

  constructor(options: DaemonOptions, remembered: Remembered, lock: Lock) {
    this.#options = options;
    this.#remembered = remembered;
    this.#lock = lock;
    const { watched, bundle } = options.loaded;
    const probesOf = (tunnel: string) =>
      watched
        .find((each) => each.tunnel === tunnel)
        ?.probes.map((probe) => ({ name: probe.name, throughPath: isThroughPath(probe) })) ?? [];
    const { chains, tunnels, reconnects } = bundle.runtime;
    this.#state = initial(
      chains.map(({ name, hops }) => ({
        name,
        everything: tunnels.find((tunnel) => tunnel.name === hops.at(-1))?.carries.everything === true,
        hops: hops.map((tunnel) => ({ tunnel, probes: probesOf(tunnel) })),
      })),
      this.#since,
    );
    this.#network = new Network(watched, {
      tell: (tunnel, probe, good, why) => this.send({ kind: "probe", tunnel, probe, good, why, at: Date.now() }),
      foreignRoutes: (tunnel, routes) => this.#tellForeign(tunnel, routes),
      note: (text) => this.#log("warning", "network", { text }),
    });
    this.#reconnection = new Reconnection(reconnects, {
      note: (tunnel, text) => this.#log("info", "reconnect", { tunnel, text }),
      random: Math.random,
    });
    this.ended = new Promise((settle) => {
      this.#settle = settle;
    });
  }

  async start(): Promise<void> {
    const { loaded } = this.#options;
    this.#log("info", "starting", { policy: loaded.bundle.policy, bundle: loaded.folder, digest: loaded.digest });
    const { changed, faults } = await raiseSettings(loaded.bundle.settings);
    this.#changed = changed;
    for (const text of faults) this.#log("error", "setting", { text });
    await this.#guard();
    const { group } = loaded.bundle.runtime.control;
    const id = group === undefined ? undefined : await groupId(group);
    if (group !== undefined && id === undefined)
      this.#log("warning", "control", { text: `there is no group \`${group}\`: only root may ask` });
    this.#server = await listen(socketPath(this.#options.folder), id, (request) => this.#answer(request));
  }

  async #guard(): Promise<void> {
    const { bundle, digest, files } = this.#options.loaded;
    const left = JSON.parse((await this.#remembered.read("loaded.json")) ?? "{}");
    for (const [file, text] of files) if (file.startsWith("nft/")) await this.#remembered.write(file, text);
    this.#firewall = new Firewall({
      path: (file) => this.#path(file),
      closed: stateKey(bundle.runtime.chains, []),
      remembered: () => (left.bundle === digest ? `${left.fixed}` : undefined),
      remember: (fixed) => void this.#remembered.write("loaded.json", JSON.stringify({ bundle: digest, fixed })),
      done: (ticket) => this.send({ kind: "done", ticket }),
      failed: (ticket, why) => this.send({ kind: "failed", ticket, why }),
      tampered: (what) => this.send({ kind: "tampered", what }),
      note: (text) => this.#log("info", "rules", { text }),
    });
    const disabled = await stillDisabled(this.#remembered);
    if (disabled && bundle.runtime.control.disable !== "never") this.#disable(disabled.milliseconds);
    else await this.#enable();
    this.#network.start();
  }

  /** A copy that nobody but root changes, whatever becomes of the bundle on the disk. */
  #path(file: string): string {
    return this.#remembered.path(`nft/${file}`);
  }

  send(event: Event): void {
    const before = this.#state;
    const { state, effects } = step(before, event, Date.now());
    this.#state = state;
    this.#logStep(event, before, state);
    for (const effect of effects) this.#act(effect);
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case "load":
      case "move":
      case "free":
        this.#firewall?.order(effect);
        return;
      case "wait":
        setTimeout(() => this.send({ kind: "retry", ticket: effect.ticket }), effect.milliseconds);
        return;
      case "end":
        void this.#close(effect.close);
        return;
      case "pause":
      case "resume":
        this.#pauseApps(effect.kind === "pause");
        return;
      case "reconnect":
        this.#reconnection.begin(effect.tunnel);
        return;
      case "settled":
        this.#reconnection.settle(effect.tunnel);
        return;
      case "lost":
        this.#log("warning", "lost", { chain: effect.chain, cause: effect.cause });
        this.#alert(effect.chain);
        return;
      case "restored":
        this.#log("info", "restored", { chain: effect.chain });
        return;
      case "tampered":
        this.#tampered = { count: this.#tampered.count + 1, last: effect.what };
        this.#log("error", "tampered", { what: effect.what, count: this.#tampered.count });
        return;
      case "broken":
        this.#log("error", "rules", { text: effect.why, failures: effect.failures });
        return;
    }
  }

  #alert(chain: string): void {
    const { bundle } = this.#options.loaded;
    const found = diagnose(this.#state, chain, bundle, Date.now());
    if (!found) return;
    this.#options.alert(found);
    if (bundle.runtime.alerts.includes("desktop")) void notifyDesktops(found.title, found.lines.join("\n"));
  }

  #pauseApps(isPaused: boolean): void {
    for (const app of this.#options.loaded.bundle.runtime.apps) {
      if (app.onLoss !== "pause") continue;
      this.#apps = this.#apps.then(async () => {
        const means = await setPaused(app, isPaused);
        if (isPaused) this.#paused.set(app.name, means);
        else this.#paused.delete(app.name);
        this.#log("info", isPaused ? "paused" : "resumed", { app: app.name, means });
      });
    }
  }

  #tellForeign(tunnel: string, routes: readonly string[]): void {
    this.#foreignRoutes.set(tunnel, routes);
    this.#log(routes.length > 0 ? "warning" : "info", "foreign-routes", { tunnel, routes });
  }

  async #answer(request: Request): Promise<Response> {
    const fault = await this.#carryOut(request);
    return fault === undefined ? { status: this.#status() } : { fault };
  }

  async #carryOut(request: Request): Promise<string | undefined> {
    switch (request.command) {
      case "status":
        return undefined;
      case "enable":
        await this.#enable();
        return this.#settled("guarding");
      case "disable": {
        const { control } = this.#options.loaded.bundle.runtime;
        const may = permitted(control, request.milliseconds);
        if ("fault" in may) return may.fault;
        const { milliseconds } = may;
        const why = await rememberDisabled(this.#remembered, milliseconds, this.#path("ruleset.nft"));
        if (why !== undefined) {
          await forgetDisabled(this.#remembered);
          return `nothing would close it again: ${why}`;
        }
        this.#disable(milliseconds);
        return this.#settled("disabled");
      }
    }
  }

  #disable(milliseconds: number | undefined): void {
    clearTimeout(this.#enabling);
    this.#disabledUntil = milliseconds === undefined ? undefined : Date.now() + milliseconds;
    if (milliseconds !== undefined) this.#enabling = setTimeout(() => void this.#enable(), milliseconds);
    this.send({ kind: "disable", ...(this.#disabledUntil !== undefined && { until: this.#disabledUntil }) });
  }

  async #enable(): Promise<void> {
    clearTimeout(this.#enabling);
    await forgetDisabled(this.#remembered);
    this.send({ kind: "enable" });
  }

  /** Waits until the kernel holds what was asked for. */
  async #settled(mode: State["mode"]): Promise<string | undefined> {
    for (let tries = 0; tries < 500; tries++) {
      if (this.#state.mode === mode && (mode === "guarding" || !this.#state.pending)) return undefined;
      await new Promise((settle) => setTimeout(settle, 10));
    }
    return `it did not come about: the daemon is ${this.#state.mode}`;
  }

  #status() {
    const { bundle, folder } = this.#options.loaded;
    return statusOf(this.#state, {
      policy: bundle.policy,
      bundle: folder,
      pid,
      since: this.#since,
      paused: [...this.#paused.keys()],
      foreignRoutes: [...this.#foreignRoutes].flatMap(([tunnel, routes]) => routes.map((r) => `${r} beside ${tunnel}`)),
      tampered: this.#tampered,
      tries: this.#reconnection.tries,
      disabledUntil: this.#disabledUntil,
    });
  }

  async #close(isClosing: boolean): Promise<void> {
    const why = isClosing ? await this.#firewall?.close() : undefined;
    await this.#apps;
    await restoreSettings(this.#changed);
    this.end(why);
  }

  end(reason: string | undefined): void {
    this.#network.stop();
    this.#firewall?.stop();
    this.#reconnection.stop();
    this.#server?.close();
    clearTimeout(this.#enabling);
    this.#lock.release();
    this.#log(reason === undefined ? "info" : "error", "ended", { ...(reason !== undefined && { reason }) });
    this.#settle(reason);
  }

  #log(level: Entry["level"], event: string, details: Readonly<Record<string, unknown>>): void {
    this.#options.log({ level, event, ...details });
  }

  /** Only what changed: a heartbeat answers four times a second. */
  #logStep(event: Event, before: State, after: State): void {
    if (event.kind === "probe") {
      const { tunnel, probe, good, why } = event;
      const was = probeOf(before, tunnel, probe);
      if (was !== probeOf(after, tunnel, probe))
        this.#log(good ? "info" : "warning", "probe", { tunnel, probe, good, why });
    }
    if (event.kind === "done" && event.ticket === before.ticket)
      this.#log("info", "in-force", { state: after.mode === "disabled" ? "disabled" : keyInForce(after) });
    const [from, to] = [before, after].map((state) => `${state.mode} ${keyInForce(state)}`);
    if (from !== to) this.#log("info", "state", { from, to });
  }
}

const probeOf = (state: State, tunnel: string, probe: string): boolean | undefined =>
  state.chains
    .flatMap(({ hops }) => hops)
    .find((hop) => hop.tunnel === tunnel)
    ?.probes.find(({ name }) => name === probe)?.good;
