import { diffArrays } from "diff";
import type { Plan } from "../../ir/plan.ts";
import { ruleText } from "../../ir/rule-text.ts";
import type { Rule, Ruleset } from "../../ir/ruleset.ts";

/** What each step towards `up`, and one into the portal, opens and closes; the step back is its exact reverse. A reviewer reads this first. */
export function movesText(plan: Plan): string {
  const states = new Map(plan.states.map((ruleset, rank) => [ruleset.state, { ruleset, rank }]));
  const upward = plan.moves.flatMap(({ from, to }) => {
    const [a, b] = [states.get(from), states.get(to)];
    return a && b && a.rank < b.rank ? [moveLines(a.ruleset, b.ruleset)] : [];
  });
  const [down] = plan.states;
  const portal = plan.portal && down ? [moveLines(down, plan.portal)] : [];
  return `${[`policy ${plan.policy}: what each move changes; the way back is the reverse`, ...[...upward, ...portal].map((lines) => `\n${lines.join("\n")}`)].join("\n")}\n`;
}

function moveLines(from: Ruleset, to: Ruleset): readonly string[] {
  const changes = diffArrays(from.rules.map(line), to.rules.map(line)).flatMap(({ added, removed, value }) =>
    added || removed ? value.map((text) => `${added ? "+" : "-"} ${text}`) : [],
  );
  return [`${from.state} -> ${to.state}`, ...(changes.length > 0 ? changes : ["  nothing"])];
}

const line = (rule: Rule): string => `${rule.verdict.kind} ${ruleText(rule)}  [${rule.stage}, ${rule.from}]`;
