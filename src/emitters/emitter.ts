import type { Plan } from "../ir/plan.ts";
import type { Capabilities } from "./capabilities.ts";

/** Path below the bundle's folder → text. */
export type Files = ReadonlyMap<string, string>;

export interface Emitter {
  readonly capabilities: Capabilities;
  /** Called only where nothing of the plan is refused. */
  readonly emit: (plan: Plan) => Files;
}
