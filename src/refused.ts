import { capabilitiesOf } from "./capabilities.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import type { Span } from "./diagnostics/span.ts";
import { type Refusal, refusals, unknowable } from "./emitters/capabilities.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import type { Plan } from "./ir/plan.ts";
import type { Identity, Policy } from "./ir/policy.ts";
import { systemOf, type Target } from "./ir/targets.ts";

/** What a target cannot say of a plan, statement by statement, and of which senders it can claim nothing. */
export const refused = (
  target: Target,
  plan: Plan,
  origins: Origins,
  { expects }: Pick<Policy, "expects">,
): readonly Diagnostic[] => [
  ...refusals(plan, capabilitiesOf[target]).map((refusal) => told(target, refusal, placeIn(origins, refusal, target))),
  ...expects.flatMap(({ id, pattern }) => unshown(target, pattern.owner, placeOf(origins, id, "who")) ?? []),
];

/** Of a packet that is asked about: who sends it is told by a sign that the target has not. */
export function unshown(target: Target, owner: Identity | undefined, at: Span): Diagnostic | undefined {
  const refusal = owner && unknowable(owner, capabilitiesOf[target]);
  return refusal && told(target, refusal, at);
}

const told = (target: Target, { construct, help }: Omit<Refusal, "from">, at: Span): Diagnostic =>
  diagnostic("KSP4002", { target, construct }, { at, label: "cannot be said there", help });

/** The line of the target's own system, where there is one. */
function placeIn(origins: Origins, { from, interface: asking }: Refusal, target: Target): Span {
  const os = systemOf[target];
  if (!asking) return placeOf(origins, from, `carrier-${os}-0`, `identity-${os}-0`);
  const owner = [...origins.statements.keys()].find(
    (id) => id.replace(/-[0-9a-f]+$/, "") === `${asking.kind}-${asking.of}`,
  );
  return placeOf(origins, owner ?? from, `interface-${os} ${asking.name}`);
}
