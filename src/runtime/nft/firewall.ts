import { type StateKey, stateName } from "../../ir/states.ts";
import { isFree, type Listing, sameListing, stateInForce } from "./listing.ts";
import type { Kernel } from "./nft.ts";
import type { Listener } from "./tampering.ts";

export type Order =
  | { readonly kind: "load"; readonly ticket: number }
  | { readonly kind: "move"; readonly ticket: number; readonly to: StateKey }
  | { readonly kind: "visit"; readonly ticket: number }
  | { readonly kind: "free"; readonly ticket: number };

export interface FirewallOptions {
  readonly kernel: Kernel;
  /** Where the bundle's own text of a file such as `ruleset.nft` lies. */
  readonly path: (file: string) => string;
  /** The state that all rules load in. */
  readonly closed: StateKey;
  /** What an earlier daemon left: the rules of this very bundle, as the kernel listed them. */
  readonly remembered: () => string | undefined;
  readonly remember: (fixed: string) => void;
  /** A file that fills the sets of the network's resolvers; none where the policy has no such set, or the network gave none. */
  readonly portalResolvers: () => Promise<string | undefined>;
  readonly done: (ticket: number) => void;
  readonly failed: (ticket: number, why: string) => void;
  readonly tampered: (what: string) => void;
  readonly note: (text: string) => void;
}

/** Lists are long, and the kernel tells of changes by itself: this is for what it did not tell. */
const checkEvery = 10_000;

/**
 * Carries out orders one after the other; a newer one replaces those that wait. Every one is read back from the kernel, and
 * what was read is what must stay there until the next.
 */
export class Firewall {
  readonly #options: FirewallOptions;
  readonly #listener: Listener;
  readonly #timer: NodeJS.Timeout;
  #waiting: Order | undefined;
  #work: Promise<void> | undefined;
  #expected: Listing | undefined;
  /** What the first load of this daemon listed; any other load of the same file must list the same. */
  #loaded: string | undefined;
  #checks: Promise<void> = Promise.resolve();

  constructor(options: FirewallOptions) {
    this.#options = options;
    this.#listener = options.kernel.listen({ tampered: (what) => this.#tampered(what), unsure: () => this.check() });
    this.#timer = setInterval(() => this.check(), checkEvery);
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
    clearInterval(this.#timer);
    this.#listener.stop();
  }

  /** Compares what is there with what must be. */
  check(): void {
    this.#checks = this.#checks.then(() => this.#compare());
  }

  async #compare(): Promise<void> {
    const expected = this.#expected;
    if (!expected || this.#work) return; // an order reads back by itself
    const found = await this.#options.kernel.list();
    if (this.#work || expected !== this.#expected) return;
    if ("fault" in found) this.#tampered(found.fault);
    else if (!sameListing(found, expected)) this.#tampered("the kernel lists other rules than were loaded");
  }

  #tampered(what: string): void {
    this.#expected = undefined;
    this.#options.tampered(what);
  }

  async #workOff(): Promise<void> {
    await this.#listener.ready;
    for (let order = this.#waiting; order; order = this.#waiting) {
      this.#waiting = undefined;
      const why = await this.#carryOut(order).catch((error: unknown) => `${error}`);
      if (why === undefined) this.#options.done(order.ticket);
      else this.#options.failed(order.ticket, why);
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
    const found = await this.#options.kernel.list();
    if (!("fault" in found) && found.fixed === this.#options.remembered() && stateInForce(found) !== undefined) {
      this.#expected = found;
      const why = await this.#move(this.#options.closed);
      if (why === undefined) {
        this.#loaded = found.fixed;
        this.#options.note("adopted the rules that are there");
        return undefined;
      }
    }
    return this.#load();
  }

  async #load(): Promise<string | undefined> {
    const why = await this.#apply(this.#options.path("ruleset.nft"));
    if (why !== undefined) {
      // Literals only: it loads where a list or a control group is what failed.
      const lockdown = await this.#apply(this.#options.path("lockdown.nft"));
      return `${why}; ${lockdown === undefined ? "the lockdown is in force instead" : `nor does the lockdown load: ${lockdown}`}`;
    }
    const found = await this.#options.kernel.list();
    if ("fault" in found) return found.fault;
    const state = stateInForce(found);
    if (state !== stateName(this.#options.closed)) return `the kernel is in ${state ?? "no state"} after a load`;
    if (this.#loaded !== undefined && found.fixed !== this.#loaded) return "the kernel lists other rules than before";
    this.#loaded = found.fixed;
    this.#expected = found;
    this.#options.remember(found.fixed);
    return undefined;
  }

  async #move(to: StateKey): Promise<string | undefined> {
    const expected = this.#expected;
    if (!expected) return "the rules are not known to be ours";
    const why = await this.#apply(this.#options.path(`switch/${stateName(to)}.nft`));
    if (why !== undefined) return why;
    const found = await this.#options.kernel.listSwitched(expected.switched.keys());
    if ("fault" in found) return found.fault;
    if (stateInForce(found) !== stateName(to)) return `the kernel is not in ${to} after a switch`;
    if (this.#expected === expected) this.#expected = { ...expected, switched: found.switched };
    return undefined;
  }

  /** The network's own resolvers are put into their sets first: until the switch nothing asks for them. */
  async #visit(): Promise<string | undefined> {
    const resolvers = await this.#options.portalResolvers();
    const why = resolvers === undefined ? undefined : await this.#apply(resolvers);
    return why ?? this.#move("portal");
  }

  /** Everything passes; what is listed then must stay, too. */
  async #free(): Promise<string | undefined> {
    const why = await this.#apply(this.#options.path("disable.nft"));
    if (why !== undefined) return why;
    const found = await this.#options.kernel.list();
    if ("fault" in found) return found.fault;
    if (!isFree(found)) return "the kernel did not open";
    this.#expected = found;
    return undefined;
  }

  async #apply(file: string): Promise<string | undefined> {
    this.#listener.expect();
    const why = await this.#options.kernel.load(file);
    if (why !== undefined) this.#listener.unexpect();
    return why;
  }
}
