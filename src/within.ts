import type { Read } from "./check.ts";
import { catalogue } from "./diagnostics/catalogue.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { evaluate } from "./ir/evaluate.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import type { Plan } from "./ir/plan.ts";
import type { Control, Policy, StatementId } from "./ir/policy.ts";
import { beyond, type Excess } from "./proof/beyond.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import { tooLarge } from "./prove.ts";

interface Whole {
  readonly policy: Policy;
  readonly origins: Origins;
  readonly plan: Plan;
}

/** A policy that others must not go beyond, and the name that messages show. */
export interface Baseline extends Whole {
  readonly name: string;
}

/** Undefined where a policy has an error: nothing can be held against it then. */
export function baselineOf(name: string, { policy, origins, plan }: Read): Baseline | undefined {
  return policy && origins && plan ? { name, policy, origins, plan } : undefined;
}

/** What a policy allows in any state that its baseline does not: packets, being disabled, a longer portal. */
export function within({ policy, origins, plan }: Read, baseline: Baseline): readonly Diagnostic[] {
  if (!policy || !origins || !plan) return [];
  const own = { policy, origins, plan };
  try {
    return [...beyond(own, baseline).map((excess) => fault(excess, own, baseline)), ...longer(own, baseline)];
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return [tooLarge(origins)];
  }
}

const { help } = catalogue.KSP3091;

function fault({ ruleset, baseline: against, packet }: Excess, own: Whole, baseline: Baseline): Diagnostic {
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
        `state \`${ruleset.state}\`: ${describe(packet)}: accepted by ${own.origins.statements.has(rule.from) ? "this line" : `\`${rule.from}\``}`,
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
    ...(own && most && own.limit > most.limit ? [fault("portal", "it stays open for longer than there", own.id)] : []),
  ];
}

/** In milliseconds. */
const timeDisabled = ({ disable }: Control): number =>
  disable === "never" ? 0 : disable === "allowed" ? Number.POSITIVE_INFINITY : disable;
