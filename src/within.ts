import type { Read } from "./check.ts";
import { catalogue } from "./diagnostics/catalogue.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { evaluate } from "./ir/evaluate.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import { type Plan, planOn } from "./ir/plan.ts";
import type { Control, Os, Policy, StatementId } from "./ir/policy.ts";
import { onSystem } from "./ir/systems.ts";
import { beyond, type Excess } from "./proof/beyond.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import { tooLarge } from "./prove.ts";

interface Whole {
  readonly policy: Policy;
  readonly origins: Origins;
  readonly plans: readonly Plan[];
}

/** A policy that others must not go beyond, and the name that messages show. */
export interface Baseline extends Whole {
  readonly name: string;
}

/** Undefined where a policy has an error: nothing can be held against it then. */
export function baselineOf(name: string, { policy, origins, plans }: Read): Baseline | undefined {
  return policy && origins && plans ? { name, policy, origins, plans } : undefined;
}

/** What a policy allows in any state that its baseline, read for the same systems, does not: packets, being disabled, a longer portal. */
export function within({ policy, origins, plans }: Read, baseline: Baseline): readonly Diagnostic[] {
  if (!policy || !origins || !plans) return [];
  const own = { policy, origins, plans };
  try {
    const packets = plans.flatMap((plan) =>
      beyond({ policy, plan }, { policy: baseline.policy, plan: planOn(plan.os, baseline.plans) }).map((excess) =>
        fault(excess, plan.os, own, baseline),
      ),
    );
    return [...packets, ...longer(own, baseline)];
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return [tooLarge(origins)];
  }
}

const { help } = catalogue.KSP3091;

function fault({ ruleset, baseline: against, packet }: Excess, os: Os, own: Whole, baseline: Baseline): Diagnostic {
  const { rule } = evaluate(ruleset, packet);
  const refused = evaluate(against, packet).rule;
  const denied = baseline.origins.statements.get(refused.from);
  return diagnostic(
    "KSP3091",
    { state: ruleset.state, baseline: baseline.name },
    {
      at: placeOf(own.origins, rule.from),
      label: "lets it pass",
      secondary: denied ? [{ span: denied.span, text: "drops it" }] : [],
      notes: [
        `${onSystem(os)}state \`${ruleset.state}\`: ${describe(packet, os)}: accepted by ${own.origins.statements.has(rule.from) ? "this line" : `\`${rule.from}\``}`,
        `\`${baseline.name}\` in state \`${against.state}\`: dropped by ${denied ? "its line" : `\`${refused.from}\``}`,
      ],
      help,
    },
  );
}

/** Openings for a while: everything in `disabled`, and the portal. */
function longer({ policy, origins }: Whole, baseline: Baseline): readonly Diagnostic[] {
  const fault = (state: string, label: string, id?: StatementId) =>
    diagnostic(
      "KSP3091",
      { state, baseline: baseline.name },
      { at: id === undefined ? origins.head : placeOf(origins, id), label, help },
    );
  const [own, most] = [policy.portal, baseline.policy.portal];
  return [
    ...(timeDisabled(policy.control) > timeDisabled(baseline.policy.control)
      ? [fault("disabled", "it may be disabled for longer than there")]
      : []),
    ...(timeDisabled(policy.control) > 0 && isAskedByOthers(policy.control, baseline.policy.control)
      ? [fault("disabled", `group \`${policy.control.group}\` may disable it, which may not there`)]
      : []),
    ...(own && most && own.limit > most.limit ? [fault("portal", "it stays open for longer than there", own.id)] : []),
  ];
}

/** Root always may. */
const isAskedByOthers = ({ group }: Control, baseline: Control): boolean =>
  group !== undefined && group !== baseline.group;

/** In milliseconds. */
const timeDisabled = ({ disable }: Control): number =>
  disable === "never" ? 0 : disable === "allowed" ? Number.POSITIVE_INFINITY : disable;
