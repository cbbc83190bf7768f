import { Lines } from "./diagnostics/lines.ts";
import type { Source } from "./diagnostics/span.ts";
import { builtIns } from "./ir/built-ins.ts";
import { evaluate } from "./ir/evaluate.ts";
import type { Origins } from "./ir/origins.ts";
import type { Plan } from "./ir/plan.ts";
import type { PacketPattern, Policy, StatementId } from "./ir/policy.ts";
import { ruleText } from "./ir/rule-text.ts";
import { sampleOf } from "./ir/sample-packet.ts";
import { vantagesOf } from "./ir/vantage.ts";

/** What becomes of a packet, state by state and interface by interface. */
export interface Explanation {
  /** The packet in words, with everything that the pattern left open. */
  readonly packet: string;
  readonly rows: readonly ExplanationRow[];
}

interface ExplanationRow {
  readonly state: string;
  readonly interface: string;
  readonly verdict: "accept" | "drop" | "reject";
  readonly rule: { readonly stage: string; readonly text: string };
  readonly from: Decider;
}

/** The statement that decides; `line` where it stands in the source. */
interface Decider {
  readonly id: StatementId;
  readonly statement: string;
  readonly line?: number;
  /** The fragment where it stands; absent: the policy itself. */
  readonly file?: string;
}

/** One concrete packet of a pattern in every state, the boot state and the disabled one, on every interface that it speaks of. */
export function explain(
  policy: Policy,
  origins: Origins,
  plan: Plan,
  pattern: PacketPattern,
  sources: readonly Source[] = [],
): Explanation {
  const sample = sampleOf(pattern, policy, plan.os);
  const lines = new Map(sources.map(({ file, text }) => [file, new Lines(text)]));
  const rulesets = [...plan.states, ...(plan.portal ? [plan.portal] : []), plan.lockdown];
  const rows = vantagesOf(pattern, policy, plan.os).flatMap((at): ExplanationRow[] => {
    const packet = sample.at(at);
    return [
      ...rulesets.map((ruleset): ExplanationRow => {
        const { verdict, rule } = evaluate(ruleset, packet);
        return {
          state: ruleset.state,
          interface: at.name,
          verdict: verdict.kind,
          rule: { stage: rule.stage, text: ruleText(rule) },
          from: deciderOf(rule.from, origins, lines),
        };
      }),
      { state: "disabled", interface: at.name, ...disabled },
    ];
  });
  return { packet: sample.text, rows };
}

const disabled = {
  verdict: "accept",
  rule: { stage: "disabled", text: "everything" },
  from: { id: "built-in-disabled", statement: "nothing is enforced" },
} as const;

function deciderOf(id: StatementId, origins: Origins, lines: ReadonlyMap<string, Lines>): Decider {
  const origin = origins.statements.get(id);
  if (!origin) return { id, statement: builtIns[id] ?? id };
  const [head] = origin.text.split("\n");
  const statement = (head ?? "").replace(/ \{$/, "");
  const { file, start } = origin.span;
  const line = lines.get(file)?.position(start).line;
  return { id, statement, ...(line !== undefined && { line }), ...(file !== origins.head.file && { file }) };
}
