import { proof as catalogue, noStatement } from "./diagnostics/catalogue/proof.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { evaluate } from "./ir/evaluate.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import { inEveryState, type Plan } from "./ir/plan.ts";
import type { Os, Policy } from "./ir/policy.ts";
import { onSystem } from "./ir/systems.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import { type Proof, prove as proveAll, type Violation } from "./proof/prove.ts";

export interface Proved {
  /** Codes of the properties that hold for every packet in every state. */
  readonly holds: Proof["holds"];
  readonly diagnostics: readonly Diagnostic[];
}

/** Every leak property and every expectation, for every packet in every state; what fails is shown with a packet. */
export function prove(policy: Policy, origins: Origins, plan: Plan): Proved {
  try {
    const { holds, violations } = proveAll(policy, plan, inEveryState(policy, plan));
    return { holds, diagnostics: violations.map((violation) => fault(violation, policy, plan.os, origins)) };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { holds: [], diagnostics: [tooLarge(origins)] };
  }
}

export const tooLarge = ({ head }: Origins): Diagnostic =>
  diagnostic(
    "KSP3099",
    {},
    {
      at: head,
      label: "needs more memory than a proof may take",
      help: "use fewer or shorter lists, or fewer chains",
    },
  );

function fault(violation: Violation, policy: Policy, os: Os, origins: Origins): Diagnostic {
  const { ruleset, packet } = violation;
  const { state } = ruleset;
  const { rule, verdict } = evaluate(ruleset, packet);
  const passes = verdict.kind === "accept";
  const decider = origins.statements.get(rule.from);
  // What an expectation is decided by stands elsewhere than the expectation.
  const isHere = decider && violation.kind !== "expectation";
  const line = `${onSystem(os)}state \`${state}\`: ${describe(packet, os)}: ${passes ? "accepted" : "dropped"} by ${isHere ? "this line" : `\`${rule.from}\``}`;
  const notes = [passes && packet.direction !== "in" ? `leak: ${line}` : line];
  switch (violation.kind) {
    case "property":
      return diagnostic(
        violation.code,
        { state },
        {
          at: placeOf(origins, rule.from),
          label: passes ? "lets it pass" : "drops it",
          notes,
          help: decider ? catalogue[violation.code].help : noStatement,
        },
      );
    case "expectation": {
      const label = passes ? "a packet of it passes" : "a packet of it is dropped";
      const secondary = decider ? [{ span: decider.span, text: passes ? "lets it pass" : "drops it" }] : [];
      const help = passes
        ? "`deny` the packet, or say where or when it is dropped"
        : `${policy.apps.some(({ id }) => id === rule.from) ? "give the app another `traffic`" : "`allow` the packet"}, or say where or when it passes`;
      return diagnostic(
        "KSP3090",
        { state },
        { at: placeOf(origins, violation.expect.id), label, secondary, notes, help },
      );
    }
    case "plan": {
      const says = violation.passes ? "lets pass" : "drops";
      return diagnostic(
        "KSP9002",
        { state, verdict: says },
        { at: placeOf(origins, rule.from), label: "decides", notes },
      );
    }
  }
}
