import { type Checked, type CheckOptions, check, type Read, read } from "./check.ts";
import type { Source } from "./diagnostics/span.ts";
import { planOn } from "./ir/plan.ts";
import { systemOf, systemsOf, type Target } from "./ir/targets.ts";
import { refused } from "./refused.ts";

export interface TargetOptions extends Omit<CheckOptions, "systems"> {
  /** Firewalls that the policy is wanted for; unsaid, it is judged as on Linux, whatever a firewall there can say. */
  readonly targets?: readonly Target[];
}

/** `read` for the systems of these targets, and what they cannot say. */
export const readFor = (source: Source, options: TargetOptions = {}): Read => judged(read, source, options);

/** `check` for the systems of these targets, and what they cannot say. */
export const checkFor = (source: Source, options: TargetOptions = {}): Checked => judged(check, source, options);

function judged<T extends Read>(
  judge: (source: Source, options: CheckOptions) => T,
  source: Source,
  { targets, ...options }: TargetOptions,
): T | Read {
  if (!targets) return judge(source, options);
  const known = judge(source, { ...options, systems: systemsOf(targets) });
  const { policy, origins, plans, sources, diagnostics } = known;
  if (!policy || !origins || !plans) return known;
  const unsaid = targets.flatMap((target) => refused(target, planOn(systemOf[target], plans), origins, policy));
  return unsaid.length === 0 ? known : { sources, diagnostics: [...diagnostics, ...unsaid] };
}
