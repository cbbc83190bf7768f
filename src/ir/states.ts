import type { Chain, Condition, Name, Policy } from "./policy.ts";

/** Canonical: `up`, `hop1`, `private:hop1+work:up`, `portal`, `lockdown`, `disabled`. */
export type StateKey = string;

/**
 * `levels` counts per chain the leading hops that are proved good: 0 = down, all = up. `lockdown` is what boots: level 0,
 * literals only. `portal` is level 0 and the portal statement. docs/states.md says what may pass in each.
 */
export interface State {
  readonly key: StateKey;
  readonly mode: "enforcing" | "portal" | "lockdown";
  readonly levels: ReadonlyMap<Name, number>;
}

/** More would make a bundle that nobody can review. */
export const mostStates = 64;

export function levelName(level: number, chain: Chain): string {
  return level === 0 ? "down" : level === chain.hops.length ? "up" : `hop${level}`;
}

/** The canonical key of the state with these levels, one for each chain, in their order. */
export function stateKey(chains: readonly Chain[], levels: readonly number[]): StateKey {
  const names = chains.map((chain, i) => levelName(levels[i] ?? 0, chain));
  return chains.length === 1 ? (names[0] ?? "") : chains.map((c, i) => `${c.name}:${names[i]}`).join("+");
}

/** A state's key as part of a file's or chain's name: injective, because names hold neither `.` nor `_`. */
export const stateName = (state: StateKey): string => state.replaceAll(":", ".").replaceAll("+", "_");

export const countStates = (chains: readonly Chain[]): number => chains.reduce((n, c) => n * (c.hops.length + 1), 1);

/** Every state that the runtime moves between, from all down to all up. */
export function enforcingStates(policy: Policy): readonly State[] {
  const combinations = policy.chains.reduce<readonly (readonly number[])[]>(
    (all, chain) =>
      all.flatMap((levels) => Array.from({ length: chain.hops.length + 1 }, (_, level) => [...levels, level])),
    [[]],
  );
  return combinations.map((levels) => {
    return {
      key: stateKey(policy.chains, levels),
      mode: "enforcing",
      levels: new Map(policy.chains.map((c, i) => [c.name, levels[i] ?? 0])),
    };
  });
}

export const lockdownState = (policy: Policy): State => ({
  key: "lockdown",
  mode: "lockdown",
  levels: new Map(policy.chains.map((c) => [c.name, 0])),
});

export const portalState = (policy: Policy): State => ({ ...lockdownState(policy), key: "portal", mode: "portal" });

export function chainOf(policy: Policy, tunnel: Name): { readonly chain: Chain; readonly hop: number } {
  for (const chain of policy.chains) {
    const hop = chain.hops.indexOf(tunnel);
    if (hop >= 0) return { chain, hop };
  }
  throw new Error(`tunnel ${tunnel} is in no chain`);
}

const levelOf = (state: State, chain: Name): number => state.levels.get(chain) ?? 0;

/** The tunnel's server may be reached and the tunnel probed: every hop before it is proved. */
export function isReachable(policy: Policy, state: State, tunnel: Name): boolean {
  const { chain, hop } = chainOf(policy, tunnel);
  return levelOf(state, chain.name) >= hop;
}

export function isProved(policy: Policy, state: State, tunnel: Name): boolean {
  const { chain, hop } = chainOf(policy, tunnel);
  return levelOf(state, chain.name) > hop;
}

/** Applications use it: the last hop, and all hops proved. */
export function isOpen(policy: Policy, state: State, tunnel: Name): boolean {
  const { chain, hop } = chainOf(policy, tunnel);
  return hop === chain.hops.length - 1 && levelOf(state, chain.name) === chain.hops.length;
}

/** Whether a statement's `while` names this state. `down` does not include `lockdown` or `portal`; without `while` every state but `disabled` counts. */
export function holds(condition: Condition, state: State, policy: Policy): boolean {
  if (condition === "enforcing") return true;
  return condition.some(({ chain, level }) => {
    if (level === "any") return true;
    if (level === "lockdown" || level === "portal") return state.mode === level;
    if (state.mode !== "enforcing") return false;
    const chains = chain === undefined ? policy.chains : policy.chains.filter((c) => c.name === chain);
    return chains.every((c) => levelName(levelOf(state, c.name), c) === level);
  });
}
