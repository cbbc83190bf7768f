import { capabilitiesOf } from "./capabilities.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import type { Span } from "./diagnostics/span.ts";
import { type Refusal, refusals } from "./emitters/capabilities.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import type { Plan } from "./ir/plan.ts";
import { systemOf, type Target } from "./ir/targets.ts";

/** What a target cannot say of a plan, statement by statement. */
export const refused = (target: Target, plan: Plan, origins: Origins): readonly Diagnostic[] =>
  refusals(plan, capabilitiesOf[target]).map((refusal) =>
    diagnostic(
      "KSP4002",
      { target, construct: refusal.construct },
      { at: placeIn(origins, refusal, target), label: "cannot be said there", help: refusal.help },
    ),
  );

/** The line of the target's own system, where there is one. */
function placeIn(origins: Origins, { from, interface: asking }: Refusal, target: Target): Span {
  const os = systemOf[target];
  if (!asking) return placeOf(origins, from, `carrier-${os}-0`);
  const owner = [...origins.statements.keys()].find(
    (id) => id.replace(/-[0-9a-f]+$/, "") === `${asking.kind}-${asking.of}`,
  );
  return placeOf(origins, owner ?? from, `interface-${os} ${asking.name}`);
}
