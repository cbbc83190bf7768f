import type { StateKey } from "../../ir/states.ts";

/** What the machine knows. Nothing but `step` makes another one of it. */
export interface State {
  readonly mode: Mode;
  readonly chains: readonly ChainState[];
  /** The number of the last order to the firewall: the answer to an older one means nothing any more. */
  readonly ticket: number;
  /** The last order is not answered yet. */
  readonly pending: boolean;
  /** Loads that failed in a row. */
  readonly failures: number;
}

/**
 * `loading`: the rules are not known to be ours, and are loaded anew, closed. `guarding`: they are, and follow the probes.
 * `portal`: they are, everything is down, and a person visits a network's log-in page. `disabled`: a person wants everything
 * open. `ended`: nothing is done any more.
 */
export const modes = ["loading", "guarding", "portal", "disabled", "ended"] as const;
export type Mode = (typeof modes)[number];

export interface ChainState {
  readonly name: string;
  /** Its last tunnel carries everything. */
  readonly everything: boolean;
  readonly hops: readonly HopState[];
  /** Leading hops that the last order opens. */
  readonly wanted: number;
  /** Leading hops that are certainly open: what is being closed does not count, what is being opened not yet. */
  readonly inForce: number;
}

export interface HopState {
  readonly tunnel: string;
  readonly probes: readonly ProbeState[];
}

export interface ProbeState {
  readonly name: string;
  /** What it reports came through the tunnel, so it is worth nothing once the way there was closed. */
  readonly throughPath: boolean;
  readonly good: boolean;
  readonly why: string;
  /** Milliseconds of the wall clock: when it became what it is. */
  readonly since: number;
}

/** One finding of a probe; `at` in milliseconds of the wall clock. */
export interface Report {
  readonly kind: "probe";
  readonly tunnel: string;
  readonly probe: string;
  readonly good: boolean;
  readonly why: string;
  readonly at: number;
}

export type Event =
  | Report
  /** The order with this ticket was carried out, and read back from the kernel. */
  | { readonly kind: "done"; readonly ticket: number }
  | { readonly kind: "failed"; readonly ticket: number; readonly why: string }
  | { readonly kind: "retry"; readonly ticket: number }
  | { readonly kind: "tampered"; readonly what: string }
  /** The machine or this process was asleep, or the clock was set: what was heard before is old. */
  | { readonly kind: "slept" }
  /** A person that the policy permits to do so. `until` in milliseconds of the wall clock; absent: until told or a boot. */
  | { readonly kind: "disable"; readonly until?: number }
  /** A person's, where the policy has a portal. */
  | { readonly kind: "portal" }
  | { readonly kind: "enable" }
  | { readonly kind: "stop" };

export const events = [
  "probe",
  "done",
  "failed",
  "retry",
  "tampered",
  "slept",
  "portal",
  "disable",
  "enable",
  "stop",
] as const;

export type Effect =
  /** Loads all rules, closed: every chain is down. */
  | { readonly kind: "load"; readonly ticket: number }
  | { readonly kind: "move"; readonly ticket: number; readonly to: StateKey }
  | { readonly kind: "visit"; readonly ticket: number }
  | { readonly kind: "free"; readonly ticket: number; readonly until?: number }
  /** Asks for a `retry` event. */
  | { readonly kind: "wait"; readonly ticket: number; readonly milliseconds: number }
  /** Ends the daemon; `close` first moves all chains down. */
  | { readonly kind: "end"; readonly close: boolean }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** The way back up of this tunnel is for us to find, or it is found. */
  | { readonly kind: "reconnect"; readonly tunnel: string }
  | { readonly kind: "settled"; readonly tunnel: string }
  | { readonly kind: "lost"; readonly chain: string; readonly cause: string }
  | { readonly kind: "restored"; readonly chain: string }
  /** A first hop is good while the portal is open: it is needed no more. */
  | { readonly kind: "through" }
  | { readonly kind: "tampered"; readonly what: string }
  | { readonly kind: "broken"; readonly why: string; readonly failures: number };

/** The shape that a state starts with: which probes must be good for which hop. */
export interface Guarded {
  readonly name: string;
  readonly everything: boolean;
  readonly hops: readonly {
    readonly tunnel: string;
    readonly probes: readonly { readonly name: string; readonly throughPath: boolean }[];
  }[];
}

/** Nothing is known and nothing open; the first `enable`, or `disable` where one still holds, sets it going. */
export const initial = (guarded: readonly Guarded[], at: number): State => ({
  mode: "loading",
  ticket: 0,
  pending: false,
  failures: 0,
  chains: guarded.map(({ name, everything, hops }) => ({
    name,
    everything,
    wanted: 0,
    inForce: 0,
    hops: hops.map(({ tunnel, probes }) => ({
      tunnel,
      probes: probes.map((probe) => ({ ...probe, good: false, why: "not heard of yet", since: at })),
    })),
  })),
});
