import type { Plan } from "../ir/plan.ts";
import type { Capabilities } from "./capabilities.ts";

/** Path below the bundle's folder → text. */
export type Files = ReadonlyMap<string, string>;

export interface Emitter {
  readonly capabilities: Capabilities;
  /** Called only where nothing of the plan is refused, with devices that have an egress hook each. */
  readonly emit: (plan: Plan, egress?: readonly string[]) => Files;
  /** Why a device can have no egress hook; absent where the backend has none. */
  readonly egressFault?: (plan: Plan, device: string) => EgressFault | undefined;
}

export interface EgressFault {
  readonly reason: string;
  readonly instead: string;
}
