import { backends } from "./backends.ts";
import { catalogue } from "./diagnostics/catalogue.ts";
import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { evaluate } from "./ir/evaluate.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import { type Plan, rulesetsOf } from "./ir/plan.ts";
import type { Target } from "./ir/targets.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import type { Mismatch } from "./proof/translation/mismatch.ts";
import { tooLarge } from "./prove.ts";

/** A target's files, read back and held against the plan. */
export function validate(
  plan: Plan,
  origins: Origins,
  target: Target,
  files: ReadonlyMap<string, string>,
): readonly Diagnostic[] {
  try {
    const mismatch = backends[target].validate(plan, files);
    return mismatch ? [fault(mismatch, plan, origins)] : [];
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return [tooLarge(origins)];
  }
}

const helpFor = (code: "KSP3023" | "KSP3025" | "KSP3026"): string => catalogue[code].help;

function fault(mismatch: Mismatch, plan: Plan, origins: Origins): Diagnostic {
  const { file } = mismatch;
  const of = (label: string, at = origins.head): Diagnostic => diagnostic("KSP9001", { file }, { at, label });
  switch (mismatch.kind) {
    case "unreadable":
      return of(`line ${mismatch.line} is not understood: ${mismatch.reason}`);
    case "effect":
      return of(mismatch.reason);
    case "unloadable":
      return diagnostic("KSP3025", { file }, { at: origins.head, label: mismatch.reason, help: helpFor("KSP3025") });
    case "meddling":
      return diagnostic("KSP3026", { file }, { at: origins.head, label: mismatch.reason, help: helpFor("KSP3026") });
    case "move": {
      const { move, difference } = mismatch;
      const notes = [`${describe(difference.packet, plan.os)}: ${difference.says}`];
      return diagnostic(
        "KSP3023",
        { move },
        { at: origins.head, label: "in this policy", notes, help: helpFor("KSP3023") },
      );
    }
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
          notes: [`state \`${state}\`: ${describe(packet, plan.os)}: ${says}`],
        },
      );
    }
  }
}
