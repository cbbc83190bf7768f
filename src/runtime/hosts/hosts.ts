import { Resolver } from "node:dns/promises";
import type { Dns, Host } from "../../ir/policy.ts";
import { type Address, formatAddress, parseAddress } from "../../net/address.ts";
import { judgeAnswers, resolverOf } from "./answers.ts";
import { hasMoved, type Pin } from "./pins.ts";

export interface HostsOptions {
  /** Those whose sets can be filled. */
  readonly hosts: readonly Host[];
  readonly pins: readonly Pin[];
  readonly dns: readonly Dns[];
  /** Fills the sets of a host; says why not. */
  readonly fill: (host: string, addresses: readonly Address[]) => Promise<string | undefined>;
  readonly tell: (level: "info" | "warning", details: Readonly<Record<string, unknown>>) => void;
  /** A server is somewhere else than the rules allow: the tunnel stands for now, and will not come back. */
  readonly moved: (pin: Pin, addresses: readonly string[]) => void;
}

const every = 300_000;
/** An answer that is lost does not keep a name from being asked for soon. */
const patience = { timeout: 2_000, tries: 2 };

/**
 * Asks for the names of `allow host … within …`, each of the resolver that the policy declares for it and of no other, and
 * puts what lies within its bounds into its set. Without an answer, what is there stays. The names of servers are asked for
 * in the same way, and compared: rules never follow them.
 */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #held = new Map<string, string>();
  /** Where each server was found that had moved, so that it is told once. */
  readonly #moved = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** The rules were loaded: their sets hold what was pinned. */
  forget(): void {
    this.#held.clear();
  }

  /** A tunnel is open: the way to the resolvers may be. */
  async ask(): Promise<void> {
    const { hosts, pins, tell } = this.#options;
    if (this.#isAsking || hosts.length + pins.length === 0) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    for (const host of hosts)
      await this.#refresh(host).catch((error) => tell("warning", { host: host.host, why: `${error}` }));
    for (const pin of pins)
      await this.#compare(pin).catch((error) => tell("warning", { host: pin.host, why: `${error}` }));
    this.#isAsking = false;
    this.#timer = setTimeout(() => void this.ask(), every);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #compare(pin: Pin): Promise<void> {
    const resolver = resolverOf(pin.host, this.#options.dns);
    if (resolver === undefined) return;
    const answers = await addressesOf(pin.host, resolver);
    const key = `${pin.tunnel} ${pin.host}`;
    const found = hasMoved(pin, answers) ? namesOf(answers) : [];
    if (found.length > 0 && this.#moved.get(key) !== found.join()) this.#options.moved(pin, found);
    // Nobody who does not answer has come back.
    if (answers.length > 0) this.#moved.set(key, found.join());
  }

  async #refresh(host: Host): Promise<void> {
    const { dns, fill, tell } = this.#options;
    const resolver = resolverOf(host.host, dns);
    if (resolver === undefined) return;
    const { accepted, refused } = judgeAnswers(host, await addressesOf(host.host, resolver));
    if (refused.length > 0) tell("warning", { host: host.host, resolver, refused: namesOf(refused) });
    const key = namesOf(accepted).join();
    if (accepted.length === 0 || this.#held.get(host.id) === key) return;
    const why = await fill(host.id, accepted);
    if (why === undefined) this.#held.set(host.id, key);
    tell(why === undefined ? "info" : "warning", {
      host: host.host,
      resolver,
      addresses: namesOf(accepted),
      ...(why !== undefined && { why }),
    });
  }
}

const namesOf = (addresses: readonly Address[]): readonly string[] => addresses.map(formatAddress).toSorted();

async function addressesOf(host: string, server: string): Promise<readonly Address[]> {
  const resolver = new Resolver(patience);
  resolver.setServers([server]);
  const answers = await Promise.all(
    [resolver.resolve4(host), resolver.resolve6(host)].map((asked) => asked.catch(() => [])),
  );
  return answers.flat().flatMap((text) => parseAddress(text) ?? []);
}
