import type { Chain, Condition, Name, Policy } from "../../ir/policy.ts";
import type { State } from "../../ir/states.ts";

/** What a state proves of each tunnel, and which conditions hold in it. */
export class Hops {
  readonly #policy: Policy;
  readonly #state: State;

  constructor(policy: Policy, state: State) {
    this.#policy = policy;
    this.#state = state;
  }

  /** Every hop before the tunnel is proved good: its server may be reached, and it may be probed. */
  isReachable = (tunnel: Name): boolean => this.#place(tunnel).proved >= this.#place(tunnel).hop;

  isProved = (tunnel: Name): boolean => this.#place(tunnel).proved > this.#place(tunnel).hop;

  /** Applications use the last hop, once all are proved. */
  isOpen(tunnel: Name): boolean {
    const { chain, hop, proved } = this.#place(tunnel);
    return hop + 1 === chain.hops.length && proved === chain.hops.length;
  }

  holds(condition: Condition): boolean {
    if (condition === "enforcing") return true;
    return condition.some(({ chain: name, level }) => {
      if (level === "any") return true;
      const { mode } = this.#state;
      if (level === "portal" || level === "lockdown") return mode === level;
      const meant = this.#policy.chains.filter((chain) => name === undefined || chain.name === name);
      return mode === "enforcing" && meant.every((chain) => this.#proved(chain) === hopsOf(level, chain));
    });
  }

  #place(tunnel: Name): { readonly chain: Chain; readonly hop: number; readonly proved: number } {
    const chain = this.#policy.chains.find(({ hops }) => hops.includes(tunnel));
    if (!chain) throw new Error(`no chain has the tunnel ${tunnel}`);
    return { chain, hop: chain.hops.indexOf(tunnel), proved: this.#proved(chain) };
  }

  #proved = ({ name }: Chain): number => this.#state.levels.get(name) ?? 0;
}

/** How many leading hops a level's name says are proved; undefined where the chain has no such level. */
function hopsOf(level: string, { hops }: Chain): number | undefined {
  if (level === "down") return 0;
  if (level === "up") return hops.length;
  const number = Number(level.slice("hop".length));
  return number > 0 && number < hops.length ? number : undefined;
}
