import type { Origins } from "../../ir/origins.ts";
import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { ruleText } from "../../ir/rule-text.ts";
import type { Ruleset } from "../../ir/ruleset.ts";

/** What a reviewer reads beside the rules: every statement by its id, then every state as a table, in the policy's own words. */
export function statesText(plan: Plan, origins: Origins): string {
  const statements = [...origins.statements].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = [
    `policy ${plan.policy}: every state, first match decides`,
    "",
    "statements",
    ...statements.flatMap(([id, { text }]) => [`  ${id}`, ...text.split("\n").map((line) => `      ${line}`)]),
    ...rulesetsOf(plan).flatMap((ruleset) => [
      "",
      `state ${ruleset.state}`,
      ...stateLines(ruleset).map((line) => `  ${line}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** One line a rule, in columns: stage, verdict, match, statement. */
function stateLines({ rules }: Ruleset): readonly string[] {
  const rows = rules.map((rule) => [rule.stage, rule.verdict.kind, ruleText(rule), rule.from] as const);
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  const [stage, verdict, match] = [width(0), width(1), Math.min(width(2), 90)];
  return rows.map((row) => `${row[0].padEnd(stage)}  ${row[1].padEnd(verdict)}  ${row[2].padEnd(match)}  ${row[3]}`);
}
