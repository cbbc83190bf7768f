import { backends } from "./backends.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { evaluate } from "./ir/evaluate.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import { type Plan, rulesetsOf } from "./ir/plan.ts";
import type { Target } from "./ir/targets.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import type { Mismatch } from "./proof/translation/nft.ts";
import { tooLarge } from "./prove.ts";

/** Every target's files, read back and held against the plan. */
export function validate(
  plan: Plan,
  origins: Origins,
  targets: readonly Target[],
  files: ReadonlyMap<string, string>,
): readonly Diagnostic[] {
  try {
    return targets.flatMap((target) => {
      const mismatch = backends[target].validate(plan, files);
      return mismatch ? [fault(mismatch, plan, origins)] : [];
    });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return [tooLarge(origins)];
  }
}

function fault(mismatch: Mismatch, plan: Plan, origins: Origins): Diagnostic {
  const { file } = mismatch;
  const of = (label: string, at = origins.head): Diagnostic => diagnostic("KSP9001", { file }, { at, label });
  switch (mismatch.kind) {
    case "unreadable":
      return of(`line ${mismatch.line} is not understood: ${mismatch.reason}`);
    case "effect":
      return of(mismatch.reason);
    case "packet": {
      const { state, difference } = mismatch;
      const { packet, says } = difference;
      const ruleset = rulesetsOf(plan).find((r) => r.state === state);
      const rule = ruleset && evaluate(ruleset, packet).rule;
      return diagnostic(
        "KSP9001",
        { file },
        {
          at: rule ? placeOf(origins, rule.from) : origins.head,
          label: rule ? "decides as planned" : "in this policy",
          notes: [`state \`${state}\`: ${describe(packet)}: ${says}`],
        },
      );
    }
  }
}
