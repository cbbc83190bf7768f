import { realpath } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { rootSocketPath } from "./control/run-folder.ts";
import { type Applying, listen, parseRootRequest, type Response, type RootRequest } from "./control/socket.ts";
import { giveWord, readWord } from "./control/word.ts";
import { Guard, type GuardOptions, type Retired } from "./guard.ts";
import { activeFolder } from "./install/units.ts";
import { type Loaded, loadBundle } from "./load-bundle.ts";
import { replaceFolder } from "./system/replace-folder.ts";

export interface SuccessionOptions extends Pick<GuardOptions, "remembered" | "log" | "alert"> {
  /** What the daemon was started with. */
  readonly loaded: Loaded;
}

/** Words of this boot, each with the bundle that it is about: one that may go back, and one that holds until the next start. */
const unconfirmed = "unconfirmed";
const confirmed = "confirmed";
const bundleOf = (word: string): string => `${word}.bundle`;
/** The bundle that comes back where nobody confirms. */
const before = "before.bundle";

/**
 * Which rules are guarded: one guard after the other, each closed before the next loads. An applied bundle holds until it is
 * confirmed, or until its time is over; a timer outside the daemon loads the rules before it then, whoever is dead.
 */
export class Succession {
  readonly ended: Promise<string | undefined>;
  readonly #options: SuccessionOptions;
  #guard: Guard | undefined;
  /** The bundle that the next start begins with. */
  #base: Loaded;
  #pending: { readonly until: number; readonly timer: NodeJS.Timeout; readonly byTunnel: boolean } | undefined;
  #isBusy = false;
  #isReplacing = false;
  #isStopping = false;
  #reason: string | undefined;
  #server: Server | undefined;
  #settle: (reason: string | undefined) => void = () => {};

  constructor(options: SuccessionOptions) {
    this.#options = options;
    this.#base = options.loaded;
    this.ended = new Promise((settle) => {
      this.#settle = settle;
    });
  }

  async start(): Promise<void> {
    const { loaded, remembered } = this.#options;
    this.#base = (await this.#wordOf(confirmed, loaded))?.loaded ?? loaded;
    const waiting = await this.#wordOf(unconfirmed, this.#base);
    if (waiting?.milliseconds !== undefined) this.#await(waiting.milliseconds, false);
    this.#guard = this.#next(waiting?.loaded ?? this.#base, undefined);
    await this.#guard.start();
    if (this.#isStopping) this.#guard.stop();
    try {
      const service = { parse: parseRootRequest, answer: (request: RootRequest) => this.#answer(request) };
      this.#server = await listen(rootSocketPath(remembered.folder), undefined, service);
    } catch (error) {
      this.#log("error", { text: `root cannot ask this daemon: ${error instanceof Error ? error.message : error}` });
    }
  }

  /** Closes, and ends; with a reason where nobody asked for it. */
  stop(reason?: string): void {
    this.#isStopping = true;
    this.#reason ??= reason;
    this.#guard?.stop();
  }

  end(reason: string): void {
    this.#isStopping = true;
    this.#guard?.end(reason);
  }

  async #answer(request: RootRequest): Promise<Response> {
    if (request.command === "apply" || request.command === "confirm") return this.#answerApplying(request);
    return this.#guard?.answer(request) ?? { fault: "the daemon has not begun" };
  }

  async #answerApplying(request: Applying): Promise<Response> {
    if (this.#isBusy) return { fault: "rules are being applied" };
    this.#isBusy = true;
    try {
      const fault = request.command === "confirm" ? await this.#confirm() : await this.#apply(request);
      const status = this.#guard?.status();
      return fault === undefined && status ? { status } : { fault: fault ?? "the daemon has not begun" };
    } finally {
      this.#isBusy = false;
    }
  }

  async #apply({ folder, milliseconds: asked }: Applying & { command: "apply" }): Promise<string | undefined> {
    if (this.#pending) return "what was applied last waits for `ksp confirm`";
    if (this.#guard?.mode === "disabled") return "the protection is off: `ksp enable` first";
    const next = await this.#load(folder);
    if ("fault" in next) return next.fault;
    const { confirmWithin } = this.#base.bundle.runtime.control;
    const milliseconds = asked ?? confirmWithin;
    if (milliseconds !== undefined && confirmWithin !== undefined && milliseconds > confirmWithin)
      return `the policy wants it confirmed within ${confirmWithin / 1000} s`;
    const refused = await this.#check(next);
    if (refused !== undefined) return refused;
    const why = milliseconds === undefined ? undefined : await this.#promise(milliseconds, asked === undefined);
    if (why !== undefined) return `nothing would bring the rules of now back: ${why}`;
    const guard = await this.#replace(next);
    const fault = await guard.guarding(30_000);
    if (fault !== undefined) {
      await this.#back(fault);
      return `its rules did not come into force, and those before are back: ${fault}`;
    }
    if (milliseconds === undefined) await this.#keep(next);
    else if (guard !== this.#guard) return "the time was over before its rules were in force";
    return undefined;
  }

  /** Why the kernel would not take its rules, from a copy that will not change. */
  async #check({ files, backend }: Loaded): Promise<string | undefined> {
    const folder = this.#options.remembered.path(bundleOf(unconfirmed));
    await replaceFolder(folder, files);
    const copy = { files, folder: join(folder, backend.folder), write: async () => {} };
    await backend.kernel(copy).grounds();
    return backend.check(copy.folder);
  }

  /** First what brings the old rules back, wherever we die; then the word that the new ones are to be guarded. */
  async #promise(milliseconds: number, byTunnel: boolean): Promise<string | undefined> {
    const { remembered } = this.#options;
    const { files, backend, digest } = this.#base;
    await replaceFolder(remembered.path(before), files);
    const command = backend.command(join(remembered.path(before), backend.folder), "ruleset");
    const why = await giveWord(remembered, unconfirmed, { milliseconds, command, of: digest });
    if (why === undefined) this.#await(milliseconds, byTunnel);
    return why;
  }

  #await(milliseconds: number, byTunnel: boolean): void {
    const timer = setTimeout(() => void this.#back("nobody confirmed it in time"), milliseconds);
    this.#pending = { until: Date.now() + milliseconds, timer, byTunnel };
  }

  async #confirm(): Promise<string | undefined> {
    if (!this.#pending) return "nothing waits to be confirmed";
    clearTimeout(this.#pending.timer);
    this.#pending = undefined;
    const next = await this.#load(this.#options.remembered.path(bundleOf(unconfirmed)));
    if ("fault" in next) return next.fault;
    await this.#keep(next);
    await this.#options.remembered.remove(unconfirmed);
    return undefined;
  }

  /** An installed policy is replaced; another one holds as long as the daemon is started with the same bundle, in this boot. */
  async #keep(next: Loaded): Promise<void> {
    const { loaded, remembered } = this.#options;
    if (loaded.folder === (await realpath(activeFolder).catch(() => undefined)))
      await replaceFolder(activeFolder, next.files);
    else {
      await replaceFolder(remembered.path(bundleOf(confirmed)), next.files);
      await giveWord(remembered, confirmed, { milliseconds: undefined, command: [], of: loaded.digest });
    }
    this.#base = next;
    this.#log("info", { policy: next.bundle.policy, digest: next.digest, confirmed: true });
  }

  async #back(why: string): Promise<void> {
    clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
    await this.#options.remembered.remove(unconfirmed);
    this.#log("warning", { text: `back to the rules before: ${why}` });
    await this.#replace(this.#base);
  }

  async #replace(next: Loaded): Promise<Guard> {
    this.#log("info", { policy: next.bundle.policy, digest: next.digest });
    this.#isReplacing = true;
    const guard = this.#next(next, await this.#guard?.retire());
    this.#guard = guard;
    this.#isReplacing = false;
    try {
      await guard.start();
    } catch (error) {
      // Closed, and started again by whoever started it.
      this.end(`${error}`);
      throw error;
    }
    if (this.#isStopping) guard.stop();
    return guard;
  }

  #next(loaded: Loaded, before: Retired | undefined): Guard {
    const guard = new Guard({
      ...this.#options,
      loaded,
      before,
      opened: () => this.#opened(),
      unconfirmedUntil: () => this.#pending?.until,
    });
    void guard.ended.then((reason) => {
      if (guard !== this.#guard || this.#isReplacing) return;
      this.#server?.close();
      clearTimeout(this.#pending?.timer);
      this.#settle(reason ?? this.#reason);
    });
    return guard;
  }

  /** Whoever gave no time of a person's is content with tunnels that shook hands anew under the new rules. */
  #opened(): void {
    if (this.#pending?.byTunnel) void this.#confirm();
  }

  async #wordOf(
    word: string,
    of: Loaded,
  ): Promise<{ readonly loaded: Loaded; readonly milliseconds: number | undefined } | undefined> {
    const { remembered } = this.#options;
    const said = await readWord(remembered, word, of.digest);
    if (!said) return undefined;
    const loaded = await this.#load(remembered.path(bundleOf(word)));
    if (!("fault" in loaded)) return { loaded, ...said };
    this.#log("error", { text: `what was applied is lost: ${loaded.fault}` });
    await remembered.remove(word);
    return undefined;
  }

  /** For the backend that this daemon began with: rules of another would stay in force beside them. */
  #load(folder: string): ReturnType<typeof loadBundle> {
    return loadBundle(folder, this.#options.loaded.backend.name);
  }

  #log(level: "info" | "warning" | "error", details: Readonly<Record<string, unknown>>): void {
    this.#options.log({ level, event: "apply", ...details });
  }
}
