import type { Identity } from "../ir/policy.ts";
import { stateKey } from "../ir/states.ts";
import { isOpen } from "./machine/announce.ts";
import type { Mode, State } from "./machine/state.ts";
import type { Recent } from "./recent.ts";

/** What `ksp status --format json` prints. Keys may be added within version 1; none is removed. */
export interface Status {
  readonly version: 1;
  readonly policy: string;
  readonly bundle: string;
  readonly pid: number;
  /** Milliseconds of the wall clock, as all times here. */
  readonly since: number;
  readonly mode: Mode;
  /** What is certainly in force: in the midst of a move the lower of the two. */
  readonly state: string;
  readonly chains: readonly {
    readonly name: string;
    readonly open: boolean;
    readonly hops: readonly {
      readonly tunnel: string;
      readonly proved: boolean;
      readonly probes: readonly {
        readonly name: string;
        readonly good: boolean;
        readonly why: string;
        readonly since: number;
      }[];
      /** Tries to reconnect since it was lost. */
      readonly tries?: number;
    }[];
  }[];
  readonly apps: readonly { readonly name: string; readonly linux?: Identity }[];
  readonly paused: readonly string[];
  readonly foreignRoutes: readonly string[];
  /** How often somebody else changed our rules, and what was done last. */
  readonly tampered: { readonly count: number; readonly last?: string };
  /** Rules that others added since the daemon began, and how each takes packets past ours. */
  readonly bypasses: readonly string[];
  /** The end of the log, the last one last. */
  readonly recent: readonly Recent[];
  /** When it closes again. */
  readonly disabledUntil?: number;
  /** When the rules before the applied ones come back, unless somebody confirms. */
  readonly unconfirmedUntil?: number;
}

/** What the daemon knows besides the machine's state. */
export interface Surroundings
  extends Pick<
    Status,
    "policy" | "bundle" | "pid" | "since" | "apps" | "recent" | "paused" | "foreignRoutes" | "tampered" | "bypasses"
  > {
  readonly tries: ReadonlyMap<string, number>;
  readonly disabledUntil: number | undefined;
  readonly unconfirmedUntil: number | undefined;
}

export function statusOf(state: State, { tries, disabledUntil, unconfirmedUntil, ...rest }: Surroundings): Status {
  return {
    version: 1,
    ...rest,
    mode: state.mode,
    state: nameInForce(state),
    chains: state.chains.map((chain) => ({
      name: chain.name,
      open: isOpen(state, chain),
      hops: chain.hops.map(({ tunnel, probes }) => ({
        tunnel,
        proved: probes.every(({ good }) => good),
        probes: probes.map(({ name, good, why, since }) => ({ name, good, why, since })),
        ...(tries.has(tunnel) && { tries: tries.get(tunnel) ?? 0 }),
      })),
    })),
    ...(state.mode === "disabled" && disabledUntil !== undefined && { disabledUntil }),
    ...(unconfirmedUntil !== undefined && { unconfirmedUntil }),
  };
}

/** As people say it. */
export const nameInForce = (state: State): string =>
  state.mode === "disabled" || state.mode === "portal" ? state.mode : keyInForce(state);

export const keyInForce = ({ chains }: State): string =>
  stateKey(
    chains.map(({ name, hops }) => ({ name, hops: hops.map(({ tunnel }) => tunnel) })),
    chains.map(({ inForce }) => inForce),
  );
