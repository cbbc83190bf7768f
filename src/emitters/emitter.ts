import type { Plan } from "../ir/plan.ts";
import type { StatementId } from "../ir/policy.ts";

/** Path below the bundle's folder → text. */
export type Files = ReadonlyMap<string, string>;

/** A construct that a backend cannot say: refused, never weakened. */
export interface Refusal {
  readonly from: StatementId;
  readonly construct: string;
  readonly help: string;
}

export interface Emitter {
  /** What `emit` could not say of this plan; it is called only when this is empty. */
  readonly refusals: (plan: Plan) => readonly Refusal[];
  readonly emit: (plan: Plan) => Files;
}
