import { pid } from "node:process";
import { stateKey } from "../ir/states.ts";
import { endOldConnections } from "./apps/old-connections.ts";
import { Outside } from "./apps/outside.ts";
import { Pausing } from "./apps/pausing.ts";
import { OffSwitch } from "./control/off-switch.ts";
import { Requests } from "./control/requests.ts";
import { type Remembered, socketPath } from "./control/run-folder.ts";
import type { Request, Response } from "./control/socket.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import { Firewall } from "./firewall/firewall.ts";
import { Hosts } from "./hosts/hosts.ts";
import { pinsOf } from "./hosts/pins.ts";
import type { Loaded } from "./load-bundle.ts";
import { stepEntries } from "./log.ts";
import { isOpen } from "./machine/announce.ts";
import { type Effect, type Event, initial, type Mode, type State } from "./machine/state.ts";
import { step } from "./machine/step.ts";
import { devicesOf, Egress } from "./nft/egress.ts";
import { Owned } from "./nft/owned.ts";
import { Notices } from "./notices.ts";
import { Network } from "./probes/network.ts";
import { guardedChains } from "./probes/watch.ts";
import type { Entry } from "./recent.ts";
import { Reconnection } from "./reconnect.ts";
import { type Status, statusOf } from "./status.ts";
import { networkResolvers } from "./system/resolvers.ts";
import { hearSleep, watchSleep } from "./system/sleep.ts";
import { type Changed, raiseSettings, restoreSettings } from "./system/sysctl.ts";
import { within } from "./system/within.ts";

export interface GuardOptions {
  readonly loaded: Loaded;
  readonly remembered: Remembered;
  readonly log: (entry: Entry) => void;
  readonly alert: (diagnosis: Diagnosis) => void;
  readonly before: Retired | undefined;
  /** Every chain is open. */
  readonly opened: () => void;
  /** When the rules before these come back; undefined where they do not. */
  readonly unconfirmedUntil: () => number | undefined;
}

/** What a guard leaves to the next: settings that it raised, and its second look. */
export interface Retired {
  readonly raised: readonly Changed[];
  readonly owned: Owned;
}

/** In milliseconds, until a process that was killed is gone. */
const patience = 1_000;

/** Hands events to the machine, one after the other, and carries out what it says. */
export class Guard {
  readonly ended: Promise<string | undefined>;
  readonly #options: GuardOptions;
  readonly #since = Date.now();
  readonly #network: Network;
  readonly #firewall: Firewall;
  readonly #egress: Egress;
  readonly #owned: Owned;
  readonly #reconnection: Reconnection;
  readonly #pausing: Pausing;
  readonly #outside: Outside;
  readonly #hosts: Hosts;
  readonly #offSwitch: OffSwitch;
  readonly #requests: Requests;
  readonly #notices: Notices;
  #state: State;
  #left: { readonly bundle?: unknown; readonly fixed?: unknown } = {};
  #changed: readonly Changed[];
  #isRetiring = false;
  #sleep: readonly { readonly stop: () => void }[] = [];
  #isAsleep = false;
  #settle: (reason: string | undefined) => void = () => {};

  constructor(options: GuardOptions) {
    this.#options = options;
    const { loaded, remembered } = options;
    this.#changed = options.before?.raised ?? [];
    const { chains, reconnects, apps, control, alerts } = loaded.bundle.runtime;
    this.#notices = new Notices({ log: options.log, alert: options.alert, desktop: alerts.includes("desktop") });
    this.ended = new Promise((settle) => {
      this.#settle = settle;
    });
    this.#state = initial(guardedChains(loaded.bundle, loaded.watched), this.#since);
    this.#network = new Network(loaded.watched, {
      tell: (tunnel, probe, good, why) => {
        // What answers in the last moment before a sleep proves nothing of the time after it.
        if (!good || !this.#isAsleep) this.#send({ kind: "probe", tunnel, probe, good, why, at: Date.now() });
      },
      foreignRoutes: (tunnel, routes) => this.#notices.foreignRoutes(tunnel, routes),
      changed: () => {
        this.#outside.follow();
        this.#egress.follow();
      },
      note: (text) => this.#notices.log("warning", "network", { text }),
    });
    const tunnels = loaded.watched.flatMap(({ devices }) => devices);
    this.#outside = new Outside(apps, tunnels, (text) => this.#notices.log("warning", "outside", { text }));
    this.#egress = new Egress({
      devices: devicesOf(loaded.files),
      path: (device) => remembered.path(`nft/egress/${device}.nft`),
      note: (text) => this.#notices.log("info", "rules", { text }),
    });
    const { folder, kernel: open, command } = loaded.backend;
    const ownedFile = `${folder}/owned.nft`;
    const owned = loaded.files.get(ownedFile);
    this.#owned = new Owned({
      path: owned === undefined ? undefined : remembered.path(ownedFile),
      lay: () => remembered.write(ownedFile, owned ?? ""),
      before: options.before?.owned,
      tell: (level, text) => this.#notices.log(level, "rules", { text }),
    });
    const kernel = open({
      files: loaded.files,
      folder: remembered.path(folder),
      write: (file, text) => remembered.write(`${folder}/${file}`, text),
    });
    this.#firewall = new Firewall({
      kernel,
      closed: stateKey(chains, []),
      remembered: () => (this.#left.bundle === loaded.digest ? `${this.#left.fixed}` : undefined),
      remember: (fixed) => void this.#remember(fixed),
      networkResolvers,
      lay: () => this.#lay(),
      loaded: async (isAnew, grounds) => {
        // A person's word that came while they were loaded is carried out next.
        if (this.#state.mode === "disabled") return;
        this.#owned.hold(grounds);
        await this.#egress.load(isAnew);
        if (isAnew) await endOldConnections(apps, tunnels, (text) => this.#notices.log("warning", "apps", { text }));
      },
      done: (ticket) => this.#send({ kind: "done", ticket }),
      failed: (ticket, why) => this.#send({ kind: "failed", ticket, why }),
      tampered: (what) => this.#send({ kind: "tampered", what }),
      bypassed: (how) => this.#notices.bypass(how),
      note: (text) => this.#notices.log("info", "rules", { text }),
    });
    this.#reconnection = new Reconnection(reconnects, {
      note: (tunnel, text) => this.#notices.log("info", "reconnect", { tunnel, text }),
      random: Math.random,
    });
    this.#pausing = new Pausing(apps, {
      remembered,
      tell: (app, isPaused, means) => this.#notices.log("info", isPaused ? "paused" : "resumed", { app, means }),
    });
    this.#hosts = new Hosts({
      hosts: (loaded.bundle.runtime.hosts ?? []).filter(({ id }) => kernel.canFill(id)),
      pins: pinsOf(loaded.bundle.runtime.tunnels),
      dns: loaded.bundle.runtime.dns,
      fill: (host, addresses) => this.#firewall.fill(host, addresses),
      tell: (level, details) => this.#notices.log(level, "host", details),
      moved: (pin, addresses) => this.#notices.moved(pin, addresses),
    });
    this.#offSwitch = new OffSwitch({
      control,
      remembered,
      closing: command(remembered.path(folder), "ruleset"),
      send: (event) => this.#send(event),
    });
    this.#requests = new Requests({
      path: socketPath(remembered.folder),
      runtime: loaded.bundle.runtime,
      offSwitch: this.#offSwitch,
      state: () => this.#state,
      status: () => this.status(),
      isFree: () => this.#owned.isGone,
      send: (event) => this.#send(event),
      log: (level, text) => this.#notices.log(level, "control", { text }),
    });
  }

  async start(): Promise<void> {
    const { loaded, remembered } = this.#options;
    const { bundle, digest, folder, backend } = loaded;
    this.#notices.log("info", "starting", { policy: bundle.policy, bundle: folder, digest, backend: backend.name });
    // First, because a disk may be full: nothing was changed then.
    await this.#lay();
    const { changed, faults } = await raiseSettings(bundle.settings);
    this.#changed = [...this.#changed, ...changed];
    for (const text of faults) this.#notices.log("error", "setting", { text });
    this.#left = parseLeft(await remembered.read("loaded.json"));
    await this.#outside.start();
    await this.#pausing.begin();
    await this.#offSwitch.begin();
    this.#pausing.resumeLeft();
    this.#network.start();
    this.#sleep = [
      watchSleep(() => this.#send({ kind: "slept" })),
      hearSleep((isAsleep) => this.#fallAsleep(isAsleep)),
    ];
    await this.#requests.start();
  }

  readonly stop = (): void => this.#send({ kind: "stop" });

  /** What people ask of it, asked by root. */
  answer(request: Request): Promise<Response> {
    return this.#requests.answer(request);
  }

  get mode(): Mode {
    return this.#state.mode;
  }

  /** Undefined once the kernel is guarding. */
  guarding(milliseconds: number): Promise<string | undefined> {
    return this.#requests.reached("guarding", milliseconds);
  }

  /** Moves down and ends for another one, which puts the settings back: they are raised all the while. */
  async retire(): Promise<Retired> {
    this.#isRetiring = true;
    this.stop();
    await this.ended;
    return { raised: this.#changed, owned: this.#owned };
  }

  end(reason: string | undefined): void {
    for (const { stop } of this.#sleep) stop();
    this.#network.stop();
    this.#firewall.stop();
    this.#reconnection.stop();
    this.#offSwitch.stop();
    this.#hosts.stop();
    this.#requests.stop();
    this.#notices.log(reason === undefined ? "info" : "error", "ended", { ...(reason !== undefined && { reason }) });
    if (!this.#isRetiring) this.#owned.release();
    const gone = this.#isRetiring ? Promise.resolve() : this.#owned.gone;
    void within(patience, gone).then(() => this.#settle(reason));
  }

  #send(event: Event): void {
    const before = this.#state;
    const { state, effects } = step(before, event, Date.now());
    this.#state = state;
    if (before.mode === "disabled" && state.mode === "loading") void this.#offSwitch.forget();
    for (const entry of stepEntries(event, before, state)) this.#notices.record(entry);
    for (const effect of effects) this.#act(effect);
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case "load":
        this.#hosts.forget();
        this.#firewall.order(effect);
        return;
      case "free":
        this.#egress.off();
        this.#owned.release();
        this.#firewall.order(effect);
        return;
      case "visit":
        this.#owned.release();
        this.#firewall.order(effect);
        return;
      case "move":
        this.#firewall.order(effect);
        this.#owned.hold();
        return;
      case "wait":
        setTimeout(() => this.#send({ kind: "retry", ticket: effect.ticket }), effect.milliseconds);
        return;
      case "end":
        void this.#close(effect.close);
        return;
      case "pause":
      case "resume":
        this.#pausing.order(effect.kind === "pause");
        return;
      case "reconnect":
        this.#reconnection.begin(effect.tunnel);
        return;
      case "settled":
        this.#reconnection.settle(effect.tunnel);
        return;
      case "lost":
        this.#notices.log("warning", "lost", { chain: effect.chain, cause: effect.cause });
        this.#alert(effect.chain);
        return;
      case "through":
        this.#send({ kind: "enable" });
        return;
      case "restored":
        this.#notices.log("info", "restored", { chain: effect.chain });
        void this.#hosts.ask();
        if (this.#state.chains.every((chain) => isOpen(this.#state, chain))) this.#options.opened();
        return;
      case "tampered":
        this.#notices.tampered(effect.what);
        return;
      case "broken":
        this.#notices.log("error", "rules", { text: effect.why, failures: effect.failures });
        return;
    }
  }

  /** Closed from before a sleep until everything was heard anew after it. */
  #fallAsleep(isAsleep: boolean): void {
    this.#isAsleep = isAsleep;
    this.#notices.log("info", isAsleep ? "falls-asleep" : "wakes", {});
    this.#send({ kind: "slept" });
    if (!isAsleep) this.#network.lookAgain();
  }

  async #lay(): Promise<void> {
    const { loaded, remembered } = this.#options;
    for (const [file, text] of loaded.files)
      if (file.startsWith(`${loaded.backend.folder}/`)) await remembered.write(file, text);
  }

  /** Without it the next daemon loads anew: a full disk is no reason to end. */
  async #remember(fixed: string): Promise<void> {
    const { loaded, remembered } = this.#options;
    try {
      await remembered.write("loaded.json", JSON.stringify({ bundle: loaded.digest, fixed }));
    } catch (error) {
      this.#notices.log("error", "rules", { text: `the next daemon will not know them: ${error}` });
    }
  }

  status(): Status {
    const { bundle, folder } = this.#options.loaded;
    return statusOf(this.#state, {
      policy: bundle.policy,
      bundle: folder,
      pid,
      since: this.#since,
      apps: bundle.runtime.apps.map(({ name, identity }) => ({
        name,
        ...(identity.linux && { linux: identity.linux }),
      })),
      ...this.#notices.known,
      paused: this.#pausing.paused,
      tries: this.#reconnection.tries,
      disabledUntil: this.#offSwitch.until,
      unconfirmedUntil: this.#options.unconfirmedUntil(),
    });
  }

  #alert(chain: string): void {
    const { bundle } = this.#options.loaded;
    const found = diagnose(this.#state, chain, bundle, Date.now());
    if (found) this.#notices.alert(found);
  }

  async #close(isClosing: boolean): Promise<void> {
    const why = isClosing ? await this.#firewall.close() : undefined;
    await this.#pausing.finished();
    await this.#outside.stop();
    if (!this.#isRetiring) await restoreSettings(this.#changed);
    this.end(why);
  }
}

/** What an earlier daemon wrote of its load; a file that is not understood remembers nothing. */
function parseLeft(text: string | undefined): { readonly bundle?: unknown; readonly fixed?: unknown } {
  try {
    const left: unknown = JSON.parse(text ?? "{}");
    return typeof left === "object" && left !== null ? left : {};
  } catch {
    return {};
  }
}
