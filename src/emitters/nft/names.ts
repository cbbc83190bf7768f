import type { StateKey } from "../../ir/states.ts";

/** A state's key as part of a file's or chain's name: injective, because names hold neither `.` nor `_`. */
export const stateName = (state: StateKey): string => state.replaceAll(":", ".").replaceAll("+", "_");

/** Whether a policy of one chain, its boot or its portal may have a state of that name; with several chains the names of states hold a `.`. */
export const isLoneStateName = (name: string): boolean => /^(down|hop[0-9]+|up|lockdown|portal)$/.test(name);
