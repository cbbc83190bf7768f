import { type StateKey, stateName } from "../../ir/states.ts";
import type { Address } from "../../net/address.ts";
import { within } from "../system/within.ts";
import {
  type Announced,
  type Fault,
  free,
  type Kernel,
  type Listed,
  type Listener,
  type Listing,
  sameListing,
} from "./kernel.ts";
import { Readings } from "./readings.ts";

export type Order =
  | { readonly kind: "load"; readonly ticket: number }
  | { readonly kind: "move"; readonly ticket: number; readonly to: StateKey }
  | { readonly kind: "visit"; readonly ticket: number }
  | { readonly kind: "free"; readonly ticket: number };

/** The set of the resolvers that a network gives, by the name of its table. */
const portalResolvers = "portal_resolvers";

export interface FirewallOptions {
  readonly kernel: Kernel;
  /** The state that all rules load in. */
  readonly closed: StateKey;
  /** What an earlier daemon left: the rules of this very bundle, as the kernel listed them. */
  readonly remembered: () => string | undefined;
  readonly remember: (fixed: string) => void;
  /** Those that the network gave to this machine. */
  readonly networkResolvers: () => Promise<readonly Address[]>;
  /** Puts the files that are loaded back to where they were. */
  readonly lay: () => Promise<void>;
  /** New rules are in force, or those of before were found, and what they rely on: other tables follow them. */
  readonly loaded: (isAnew: boolean, grounds: string) => Promise<void>;
  readonly done: (ticket: number) => void;
  readonly failed: (ticket: number, why: string) => void;
  readonly tampered: (what: string) => void;
  readonly bypassed: (how: string) => void;
  readonly note: (text: string) => void;
}

/** The kernel tells of changes by itself: this is for what it did not tell. Where lists are long, a hundredth of the time. */
const checkEvery = 10_000;
const share = 100;
/** The kernel's word of a switch comes with its end. */
const patience = 500;

/**
 * Carries out orders one after the other; a newer one replaces those that wait. Every one is read back from the kernel, and
 * what was read is what must stay there until the next. What a load lists is compared with the files by a reader, too,
 * which takes longer: the rules follow the probes meanwhile, and are closed where it finds a difference or cannot read.
 */
export class Firewall {
  readonly #options: FirewallOptions;
  readonly #listener: Listener;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #waiting: Order | undefined;
  #work: Promise<void> | undefined;
  #expected: Listing | undefined;
  /** What the first load of this daemon listed; any other load of the same file must list the same. */
  #loaded: string | undefined;
  readonly #readings: Readings;
  #grounds = "";
  /** Why the rules are not even loaded any more: what became of them twice. */
  #refused: string | undefined;
  #checks: Promise<void> = Promise.resolve();
  #isReady = false;
  #isLooking = false;

  constructor(options: FirewallOptions) {
    this.#options = options;
    this.#readings = new Readings({ meaning: options.kernel.meaning, note: options.note });
    this.#listener = options.kernel.listen({
      tampered: (what) => this.#tampered(what),
      touched: () => this.#look(),
      unsure: () => this.check(),
      bypassed: options.bypassed,
    });
    this.#schedule(checkEvery);
  }

  order(order: Order): void {
    this.#waiting = order;
    this.#work ??= this.#workOff().finally(() => {
      this.#work = undefined;
      // One that came after the last look and before this.
      if (this.#waiting) this.order(this.#waiting);
    });
  }

  /** Moves down, whatever waits; the rules stay when this ends. */
  async close(): Promise<string | undefined> {
    this.#waiting = undefined;
    await this.#work;
    return (await this.#move(this.#options.closed)) && (await this.#load());
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#listener.stop();
    this.#options.kernel.stop();
  }

  /** Compares what is there with what must be. */
  check(): void {
    this.#checks = this.#checks.then(async () => {
      const start = performance.now();
      await this.#compare();
      this.#schedule(Math.max(checkEvery, share * (performance.now() - start)));
    });
  }

  /** One glance for however many changes, once no order is carried out: our own changes are heard, too. */
  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#checks = this.#checks.then(async () => {
      await this.#work;
      this.#isLooking = false;
      const expected = this.#expected;
      if (expected) this.#judge(expected, await this.#options.kernel.glance(expected));
    });
  }

  /** Fills sets of rules that are loaded; what they hold then must stay. An order that comes meanwhile is not waited for. */
  fill(table: string, addresses: readonly Address[]): Promise<string | undefined> {
    const filled = this.#checks.then(async () => {
      await this.#work;
      return this.#fill(table, addresses).catch((error: unknown) => `${error}`);
    });
    this.#checks = filled.then(() => {});
    return filled;
  }

  async #fill(table: string, addresses: readonly Address[]): Promise<string | undefined> {
    if (!this.#expected) return "the rules are not known to be ours";
    const { why } = await this.#announced(() => this.#options.kernel.fill(table, addresses));
    if (why !== undefined) return why;
    const found = await this.#options.kernel.list();
    if ("fault" in found) return found.fault;
    const expected: Listing | undefined = this.#expected;
    if (expected?.fixed !== found.fixed) return "the rules were changed meanwhile";
    this.#expected = { ...expected, filled: found.filled };
    this.#options.remember(this.#nameOf(this.#expected));
    return undefined;
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => this.check(), milliseconds);
  }

  async #compare(): Promise<void> {
    const expected = this.#expected;
    if (!expected || this.#work) return; // an order reads back by itself
    const { kernel } = this.#options;
    const [found, grounds] = await Promise.all([kernel.list(), kernel.grounds()]);
    if (this.#judge(expected, found) && grounds !== this.#grounds)
      this.#tampered("a control group was removed, and made anew: no rule knows it");
  }

  /** Whether it is the same still; nobody is told where an order came between. */
  #judge(expected: Listing, found: Listing | Fault): boolean {
    if (this.#work || expected !== this.#expected) return false;
    if (!("fault" in found) && sameListing(found, expected)) return true;
    this.#tampered("fault" in found ? found.fault : "the kernel lists other rules than were loaded");
    return false;
  }

  #tampered(what: string): void {
    this.#expected = undefined;
    this.#options.tampered(what);
  }

  async #workOff(): Promise<void> {
    // At once where it can be: what the caller does next may take longer than a switch.
    if (!this.#isReady) await this.#listener.ready;
    this.#isReady = true;
    for (let order = this.#waiting; order; order = this.#waiting) {
      this.#waiting = undefined;
      const why = await this.#carryOut(order).catch((error: unknown) => `${error}`);
      if (why === undefined) this.#options.done(order.ticket);
      else {
        // Somebody may have taken its file away, or put another one there.
        await this.#options.lay().catch(() => {});
        this.#options.failed(order.ticket, why);
      }
    }
  }

  #carryOut(order: Order): Promise<string | undefined> {
    switch (order.kind) {
      case "load":
        return this.#loaded === undefined ? this.#adoptOrLoad() : this.#load();
      case "move":
        return this.#move(order.to);
      case "visit":
        return this.#visit();
      case "free":
        return this.#free();
    }
  }

  /** The rules that an earlier daemon left are kept with their counters, where they are still the same. */
  async #adoptOrLoad(): Promise<string | undefined> {
    this.#grounds = await this.#options.kernel.grounds();
    const found = await this.#options.kernel.list();
    if (!("fault" in found) && this.#isLeft(found)) {
      this.#expected = listingOf(found);
      const why = await this.#move(this.#options.closed);
      if (why === undefined) {
        this.#loaded = found.fixed;
        this.#options.note("adopted the rules that are there");
        await this.#options.loaded(false, this.#grounds);
        this.#readBack(found, found.state ?? "");
        return undefined;
      }
    }
    return this.#load();
  }

  #nameOf({ fixed, filled }: Listing): string {
    return [fixed, this.#grounds, ...[...filled].map((set) => set.join(" "))].filter(Boolean).join(" ");
  }

  #isLeft(found: Listed): boolean {
    const isRefuted = this.#readings.faults.has(found.fixed);
    return (
      this.#nameOf(found) === this.#options.remembered() &&
      found.state !== undefined &&
      found.state !== free &&
      !isRefuted
    );
  }

  /** What the reader finds, or does not understand, closes: everything is loaded anew, and never again where the same comes of it. */
  #readBack(listed: Listed, state: string): void {
    this.#readings.read(listed, state, (what) => {
      if (this.#loaded === listed.fixed) this.#loaded = undefined;
      if (this.#expected?.fixed === listed.fixed) this.#tampered(what);
    });
  }

  async #load(): Promise<string | undefined> {
    if (this.#refused !== undefined) return this.#lockDown(this.#refused);
    this.#grounds = await this.#options.kernel.grounds();
    const { why } = await this.#apply("ruleset");
    if (why !== undefined) return this.#lockDown(why);
    const found = await this.#options.kernel.list();
    if ("fault" in found) return found.fault;
    const { state } = found;
    if (state !== stateName(this.#options.closed)) return `the kernel is in ${state ?? "no state"} after a load`;
    if (this.#loaded !== undefined && found.fixed !== this.#loaded) return "the kernel lists other rules than before";
    const fault = this.#readings.faults.get(found.fixed);
    if (fault !== undefined) {
      this.#refused = fault;
      return this.#lockDown(this.#refused);
    }
    this.#loaded = found.fixed;
    this.#expected = listingOf(found);
    this.#options.remember(this.#nameOf(found));
    this.#readBack(found, state);
    await this.#options.loaded(true, this.#grounds);
    return undefined;
  }

  /** Literals only: it loads where a list or a control group is what failed. */
  async #lockDown(because: string): Promise<string> {
    this.#expected = undefined;
    const { why } = await this.#apply("lockdown");
    return `${because}; ${why === undefined ? "the lockdown is in force instead" : `nor does the lockdown load: ${why}`}`;
  }

  async #move(to: StateKey): Promise<string | undefined> {
    const { kernel } = this.#options;
    const expected = this.#expected;
    if (!expected) return "the rules are not known to be ours";
    const { why, heard } = await this.#apply(`switch/${stateName(to)}`);
    if (why !== undefined) return why;
    const wanted = { ...expected, state: stateName(to) };
    if (!kernel.hasTold(await within(patience, heard), wanted.state)) {
      const found = await kernel.glance(expected);
      if ("fault" in found) return found.fault;
      if (found.state !== wanted.state) return `the kernel is not in ${to} after a switch`;
      if (!sameListing(found, wanted)) return "the kernel lists other rules than were loaded";
    }
    if (this.#expected === expected) this.#expected = wanted;
    return undefined;
  }

  /** The network's own resolvers are put into their sets first: until the switch nothing asks for them. */
  async #visit(): Promise<string | undefined> {
    const { kernel, networkResolvers } = this.#options;
    const why = kernel.canFill(portalResolvers)
      ? await this.#fill(portalResolvers, await networkResolvers())
      : undefined;
    return why ?? this.#move("portal");
  }

  /** Everything passes; what is listed then must stay, too. */
  async #free(): Promise<string | undefined> {
    const { why } = await this.#apply("disable");
    if (why !== undefined) return why;
    const found = await this.#options.kernel.list();
    if ("fault" in found) return found.fault;
    if (found.state !== free) return "the kernel did not open";
    this.#expected = listingOf(found);
    return undefined;
  }

  #apply(name: string): Promise<Applied> {
    return this.#announced(() => this.#options.kernel.load(name));
  }

  async #announced(change: () => Promise<string | undefined>): Promise<Applied> {
    const { heard, cancel } = this.#listener.expect();
    const why = await change();
    if (why !== undefined) cancel();
    return { why, heard };
  }
}

interface Applied extends Pick<Announced, "heard"> {
  readonly why: string | undefined;
}

/** What is kept of a listing: its texts are long. */
const listingOf = ({ fixed, state, filled }: Listing): Listing => ({ fixed, state, filled });
