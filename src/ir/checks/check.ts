import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Origins } from "../origins.ts";
import type { Os, Policy } from "../policy.ts";

/** A policy whose names are bound, and where each of its statements stands. */
export interface Subject {
  readonly policy: Policy;
  readonly origins: Origins;
  /** Systems that rules are wanted for. */
  readonly systems: readonly Os[];
}

/** Finds one kind of fault in statements that do not fit each other. Pure, and silent in doubt: the proof comes later. */
export type Check = (subject: Subject) => readonly Diagnostic[];
