import { backends } from "./backends.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { refusals } from "./emitters/capabilities.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import type { Plan } from "./ir/plan.ts";
import { systemOf, type Target } from "./ir/targets.ts";

/** What a target cannot say of a plan, statement by statement. */
export const refused = (target: Target, plan: Plan, origins: Origins): readonly Diagnostic[] =>
  refusals(plan, backends[target].emitter.capabilities).map(({ from, construct, help }) =>
    diagnostic(
      "KSP4002",
      { target, construct },
      { at: placeOf(origins, from, `carrier-${systemOf[target]}-0`), label: "cannot be said there", help },
    ),
  );
