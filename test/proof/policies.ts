import { read } from "../../src/check.ts";
import { inEveryState, type Plan } from "../../src/ir/plan.ts";
import type { Policy } from "../../src/ir/policy.ts";
import { type Example, examples, load } from "../examples/golden.ts";
import { office } from "../ir/support/policies.ts";

export interface Planned {
  readonly name: string;
  readonly policy: Policy;
  readonly plan: Plan;
}

function plannedOf({ name, text }: Example): Planned {
  const { policy, plan, diagnostics } = read({ file: `${name}.ksp`, text }, { load });
  if (!policy || !plan) throw new Error(`${name}: ${diagnostics.map((d) => `${d.code} ${d.message}`).join("; ")}`);
  return { name, policy, plan };
}

/** Every example, and a policy that says what they do not. */
export const policies = (): readonly Planned[] => [...examples().map(plannedOf), office];

/** Compiles no other. */
export function policyNamed(name: string): Planned {
  const example = examples().find((one) => one.name === name);
  if (example) return plannedOf(example);
  if (name === office.name) return office;
  throw new Error(`no policy ${name}`);
}

export const statesOf = ({ policy, plan }: Planned) => inEveryState(policy, plan);
