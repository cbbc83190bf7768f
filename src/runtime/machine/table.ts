import type { Event, Mode } from "./state.ts";

/**
 * `note`: keep what the probe says. `forget`: all that came through tunnels must be heard again. `follow`: close at once what is not proved any more, or open one proved hop of one chain
 * when the last order is confirmed. `load`: load all rules anew, closed. `visit`: open the portal, all chains down;
 * the kernel closes it by itself. `leave`: move down. `free`: let everything pass. `wait`: try the load
 * again a little later. `close and end`, `end`: the daemon is done.
 */
export type Action =
  | "note"
  | "forget"
  | "follow"
  | "load"
  | "visit"
  | "leave"
  | "free"
  | "wait"
  | "close and end"
  | "end";

export interface Cell {
  readonly next: Mode;
  readonly actions: readonly Action[];
  readonly why: string;
}

const cell = (next: Mode, actions: readonly Action[], why: string): Cell => ({ next, actions, why });
const nothing = cell("ended", [], "it is over");

/** All that the machine may do. docs/runtime.md shows it; what is in no cell closes. */
export const table: Readonly<Record<Mode, Readonly<Record<Event["kind"], Cell>>>> = {
  loading: {
    probe: cell("loading", ["note"], "nothing opens before the rules are known to be ours"),
    done: cell("guarding", ["follow"], "the kernel lists what was loaded"),
    failed: cell("loading", ["wait"], "whatever the kernel holds, it is not trusted"),
    retry: cell("loading", ["load"], "what was in the way may be gone"),
    tampered: cell("loading", ["load"], "what is being loaded may be gone already"),
    slept: cell("loading", ["forget"], "what was heard is old"),
    portal: cell("loading", [], "the rules are not known to be ours"),
    disable: cell("disabled", ["free"], "a person's word, as the policy allows"),
    enable: cell("loading", ["load"], "this begins it"),
    stop: cell("ended", ["close and end"], "rules stay when the daemon goes, closed"),
  },
  guarding: {
    probe: cell("guarding", ["note", "follow"], "any probe closes, all together open"),
    done: cell("guarding", ["follow"], "the next hop may open"),
    failed: cell("loading", ["load"], "a switch that did not happen leaves the state in doubt"),
    retry: cell("guarding", [], "the load has succeeded meanwhile"),
    tampered: cell("loading", ["load"], "somebody changed our rules"),
    slept: cell("guarding", ["forget", "follow"], "what was heard is old"),
    portal: cell("portal", ["visit"], "a person's word, as the policy allows"),
    disable: cell("disabled", ["free"], "a person's word, as the policy allows"),
    enable: cell("guarding", [], "it does"),
    stop: cell("ended", ["close and end"], "nobody will watch the tunnels"),
  },
  portal: {
    probe: cell("portal", ["note"], "a first hop that is good ends the visit"),
    done: cell("portal", [], "it is open, for the policy's time"),
    failed: cell("loading", ["load"], "a switch that did not happen leaves the state in doubt"),
    retry: cell("portal", [], "of a load before"),
    tampered: cell("loading", ["load"], "somebody changed our rules"),
    slept: cell("portal", ["forget"], "what was heard is old"),
    portal: cell("portal", ["visit"], "another time"),
    disable: cell("disabled", ["free"], "a person's word, as the policy allows"),
    enable: cell("guarding", ["leave"], "a person's word, its time is over, or a tunnel is through"),
    stop: cell("ended", ["close and end"], "nobody will watch the tunnels"),
  },
  disabled: {
    probe: cell("disabled", ["note"], "so that it can open at once afterwards"),
    done: cell("disabled", [], "it is open"),
    failed: cell("loading", ["load"], "half open is neither"),
    retry: cell("disabled", [], "of a load before"),
    tampered: cell("loading", ["load"], "the timer outside the daemon closed, or somebody else did something: closed"),
    slept: cell("disabled", ["forget"], "what was heard is old"),
    portal: cell("disabled", [], "everything passes already"),
    disable: cell("disabled", ["free"], "another time"),
    enable: cell("loading", ["load"], "a person's word, or its time is over"),
    stop: cell("ended", ["end"], "a person's word stands; the timer outside the daemon closes"),
  },
  ended: {
    probe: nothing,
    done: nothing,
    failed: nothing,
    retry: nothing,
    tampered: nothing,
    slept: nothing,
    portal: nothing,
    disable: nothing,
    enable: nothing,
    stop: nothing,
  },
};
