import type { StateKey } from "../../ir/states.ts";

/** A state's key as part of a file's or chain's name: injective, because names hold neither `.` nor `_`. */
export const stateName = (state: StateKey): string => state.replaceAll(":", ".").replaceAll("+", "_");
