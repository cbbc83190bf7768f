import { pid } from "node:process";
import { stateKey } from "../ir/states.ts";
import { endOldConnections } from "./apps/old-connections.ts";
import { Outside } from "./apps/outside.ts";
import { Pausing } from "./apps/pausing.ts";
import { OffSwitch } from "./control/off-switch.ts";
import { Requests } from "./control/requests.ts";
import { type Remembered, socketPath } from "./control/run-folder.ts";
import type { Request, Response } from "./control/socket.ts";
import { notifyDesktops } from "./desktop.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import { Firewall } from "./firewall/firewall.ts";
import { Hosts } from "./hosts/hosts.ts";
import { type Pin, pinsOf } from "./hosts/pins.ts";
import type { Loaded } from "./load-bundle.ts";
import { stepEntries } from "./log.ts";
import { isOpen } from "./machine/announce.ts";
import { type Effect, type Event, initial, type Mode, type State } from "./machine/state.ts";
import { step } from "./machine/step.ts";
import { devicesOf, Egress } from "./nft/egress.ts";
import { Network } from "./probes/network.ts";
import { guardedChains } from "./probes/watch.ts";
import { type Entry, type Recent, remember } from "./recent.ts";
import { Reconnection } from "./reconnect.ts";
import { type Status, statusOf } from "./status.ts";
import { networkResolvers } from "./system/resolvers.ts";
import { hearSleep, watchSleep } from "./system/sleep.ts";
import { type Changed, raiseSettings, restoreSettings } from "./system/sysctl.ts";

export interface GuardOptions {
  readonly loaded: Loaded;
  readonly remembered: Remembered;
  readonly log: (entry: Entry) => void;
  readonly alert: (diagnosis: Diagnosis) => void;
  /** Settings that a guard before this one raised. */
  readonly raised: readonly Changed[];
  /** Every chain is open. */
  readonly opened: () => void;
  /** When the rules before these come back; undefined where they do not. */
  readonly unconfirmedUntil: () => number | undefined;
}

/** Foreign rules that a status tells of. */
const most = 8;

/** Hands events to the machine, one after the other, and carries out what it says. */
export class Guard {
  readonly ended: Promise<string | undefined>;
  readonly #options: GuardOptions;
  readonly #since = Date.now();
  readonly #network: Network;
  readonly #firewall: Firewall;
  readonly #egress: Egress;
  readonly #reconnection: Reconnection;
  readonly #pausing: Pausing;
  readonly #outside: Outside;
  readonly #hosts: Hosts;
  readonly #offSwitch: OffSwitch;
  readonly #requests: Requests;
  readonly #foreignRoutes = new Map<string, readonly string[]>();
  #state: State;
  #left: { readonly bundle?: unknown; readonly fixed?: unknown } = {};
  #tampered: Status["tampered"] = { count: 0 };
  #bypasses: Status["bypasses"] = [];
  #changed: readonly Changed[];
  #isRetiring = false;
  #recent: readonly Recent[] = [];
  #sleep: readonly { readonly stop: () => void }[] = [];
  #isAsleep = false;
  #settle: (reason: string | undefined) => void = () => {};

  constructor(options: GuardOptions) {
    this.#options = options;
    const { loaded, remembered } = options;
    this.#changed = options.raised;
    const { chains, reconnects, apps, control } = loaded.bundle.runtime;
    this.ended = new Promise((settle) => {
      this.#settle = settle;
    });
    this.#state = initial(guardedChains(loaded.bundle, loaded.watched), this.#since);
    this.#network = new Network(loaded.watched, {
      tell: (tunnel, probe, good, why) => {
        // What answers in the last moment before a sleep proves nothing of the time after it.
        if (!good || !this.#isAsleep) this.#send({ kind: "probe", tunnel, probe, good, why, at: Date.now() });
      },
      foreignRoutes: (tunnel, routes) => this.#tellForeign(tunnel, routes),
      changed: () => {
        this.#outside.follow();
        this.#egress.follow();
      },
      note: (text) => this.#log("warning", "network", { text }),
    });
    const tunnels = loaded.watched.flatMap(({ devices }) => devices);
    this.#outside = new Outside(apps, tunnels, (text) => this.#log("warning", "outside", { text }));
    this.#egress = new Egress({
      devices: devicesOf(loaded.files),
      path: (device) => remembered.path(`nft/egress/${device}.nft`),
      note: (text) => this.#log("info", "rules", { text }),
    });
    const { folder, kernel: open, command } = loaded.backend;
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
      loaded: async (isAnew) => {
        await this.#egress.load(isAnew);
        if (isAnew) await endOldConnections(apps, tunnels, (text) => this.#log("warning", "apps", { text }));
      },
      done: (ticket) => this.#send({ kind: "done", ticket }),
      failed: (ticket, why) => this.#send({ kind: "failed", ticket, why }),
      tampered: (what) => this.#send({ kind: "tampered", what }),
      bypassed: (how) => this.#tellBypass(how),
      note: (text) => this.#log("info", "rules", { text }),
    });
    this.#reconnection = new Reconnection(reconnects, {
      note: (tunnel, text) => this.#log("info", "reconnect", { tunnel, text }),
      random: Math.random,
    });
    this.#pausing = new Pausing(apps, {
      remembered,
      tell: (app, isPaused, means) => this.#log("info", isPaused ? "paused" : "resumed", { app, means }),
    });
    this.#hosts = new Hosts({
      hosts: (loaded.bundle.runtime.hosts ?? []).filter(({ id }) => kernel.canFill(id)),
      pins: pinsOf(loaded.bundle.runtime.tunnels),
      dns: loaded.bundle.runtime.dns,
      fill: (host, addresses) => this.#firewall.fill(host, addresses),
      tell: (level, details) => this.#log(level, "host", details),
      moved: (pin, addresses) => this.#tellMoved(pin, addresses),
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
      send: (event) => this.#send(event),
      log: (level, text) => this.#log(level, "control", { text }),
    });
  }

  async start(): Promise<void> {
    const { loaded, remembered } = this.#options;
    const { bundle, digest, folder, backend } = loaded;
    this.#log("info", "starting", { policy: bundle.policy, bundle: folder, digest, backend: backend.name });
    // First, because a disk may be full: nothing was changed then.
    await this.#lay();
    const { changed, faults } = await raiseSettings(bundle.settings);
    this.#changed = [...this.#changed, ...changed];
    for (const text of faults) this.#log("error", "setting", { text });
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
  async retire(): Promise<readonly Changed[]> {
    this.#isRetiring = true;
    this.stop();
    await this.ended;
    return this.#changed;
  }

  end(reason: string | undefined): void {
    for (const { stop } of this.#sleep) stop();
    this.#network.stop();
    this.#firewall.stop();
    this.#reconnection.stop();
    this.#offSwitch.stop();
    this.#hosts.stop();
    this.#requests.stop();
    this.#log(reason === undefined ? "info" : "error", "ended", { ...(reason !== undefined && { reason }) });
    this.#settle(reason);
  }

  #send(event: Event): void {
    const before = this.#state;
    const { state, effects } = step(before, event, Date.now());
    this.#state = state;
    if (before.mode === "disabled" && state.mode === "loading") void this.#offSwitch.forget();
    for (const entry of stepEntries(event, before, state)) this.#record(entry);
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
        this.#firewall.order(effect);
        return;
      case "move":
      case "visit":
        this.#firewall.order(effect);
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
        this.#log("warning", "lost", { chain: effect.chain, cause: effect.cause });
        this.#alert(effect.chain);
        return;
      case "through":
        this.#send({ kind: "enable" });
        return;
      case "restored":
        this.#log("info", "restored", { chain: effect.chain });
        void this.#hosts.ask();
        if (this.#state.chains.every((chain) => isOpen(this.#state, chain))) this.#options.opened();
        return;
      case "tampered":
        this.#tampered = { count: this.#tampered.count + 1, last: effect.what };
        this.#log("error", "tampered", this.#tampered);
        return;
      case "broken":
        this.#log("error", "rules", { text: effect.why, failures: effect.failures });
        return;
    }
  }

  /** Closed from before a sleep until everything was heard anew after it. */
  #fallAsleep(isAsleep: boolean): void {
    this.#isAsleep = isAsleep;
    this.#log("info", isAsleep ? "falls-asleep" : "wakes", {});
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
      this.#log("error", "rules", { text: `the next daemon will not know them: ${error}` });
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
      recent: this.#recent,
      paused: this.#pausing.paused,
      foreignRoutes: [...this.#foreignRoutes].flatMap(([tunnel, routes]) => routes.map((r) => `${r} beside ${tunnel}`)),
      tampered: this.#tampered,
      bypasses: this.#bypasses,
      tries: this.#reconnection.tries,
      disabledUntil: this.#offSwitch.until,
      unconfirmedUntil: this.#options.unconfirmedUntil(),
    });
  }

  #alert(chain: string): void {
    const { bundle } = this.#options.loaded;
    const found = diagnose(this.#state, chain, bundle, Date.now());
    if (found) this.#alertAll(found);
  }

  #alertAll(found: Diagnosis): void {
    this.#options.alert(found);
    if (this.#options.loaded.bundle.runtime.alerts.includes("desktop"))
      void notifyDesktops(found.title, found.lines.join("\n"));
  }

  #tellForeign(tunnel: string, routes: readonly string[]): void {
    this.#foreignRoutes.set(tunnel, routes);
    this.#log(routes.length > 0 ? "warning" : "info", "foreign-routes", { tunnel, routes });
  }

  /** No state of ours closes it, so a person must know. */
  #tellBypass(how: string): void {
    if (this.#bypasses.includes(how)) return;
    this.#bypasses = [...this.#bypasses, how].slice(-most);
    this.#log("error", "bypass", { text: how });
    const lines = [how, "no rule of ksp sees what it takes: remove it, or the program that made it"];
    this.#alertAll({ chain: "all", title: "another rule lets packets past the kill switch", lines });
  }

  /** While the tunnel stands there is time to do something about it. */
  #tellMoved({ tunnel, host }: Pin, addresses: readonly string[]): void {
    this.#log("warning", "moved", { tunnel, host, addresses });
    const lines = [
      `${host} is at ${addresses.join(", ")} now, and the rules let nothing there`,
      `${tunnel} stands until it is lost; then it does not come back: \`ksp pin\`, \`ksp compile\`, \`ksp apply\``,
    ];
    this.#alertAll({ chain: tunnel, title: `a server of ${tunnel} has moved`, lines });
  }

  async #close(isClosing: boolean): Promise<void> {
    const why = isClosing ? await this.#firewall.close() : undefined;
    await this.#pausing.finished();
    await this.#outside.stop();
    if (!this.#isRetiring) await restoreSettings(this.#changed);
    this.end(why);
  }

  #log(level: Entry["level"], event: string, details: Readonly<Record<string, unknown>>): void {
    this.#record({ level, event, ...details });
  }

  #record(entry: Entry): void {
    this.#recent = remember(this.#recent, entry, Date.now());
    this.#options.log(entry);
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
