import { catalogue } from "../../diagnostics/catalogue.ts";
import type { Origins } from "../../ir/origins.ts";
import type { Plan } from "../../ir/plan.ts";
import type { Policy } from "../../ir/policy.ts";

/** What was proved, and of which packets. What a reader has to accept stands first. */
export function proofText(
  policy: Policy,
  { states, portal }: Plan,
  { statements }: Origins,
  proofs: readonly (keyof typeof catalogue)[],
  deviations: readonly string[],
): string {
  const text = (id: string): string => statements.get(id)?.text ?? id;
  const stated = [...policy.allows, ...policy.forwards, ...policy.dns, ...(policy.portal ? [policy.portal] : [])];
  const risks = stated.filter(({ caveat }) => caveat.acceptRisk.length > 0).map(({ id }) => `  ${text(id)}`);
  const scope =
    policy.scope === "apps" ? ["scope: only apps and names are protected; everything else goes where it likes"] : [];
  const names = [...states.map(({ state }) => state), ...(portal ? [portal.state] : []), "lockdown"];
  return `${[
    `policy ${policy.name}`,
    ...scope,
    ...section("accepted risks", risks),
    ...section(
      "holds only as far as these assumptions do",
      deviations.map((deviation) => `  ${deviation}`),
    ),
    ...section(
      `proved for every packet, in ${names.length} states (${names.join(", ")})`,
      proofs.map((code) => `  ${code} ${catalogue[code].name}`),
    ),
    ...section(
      "expected, and so",
      policy.expects.map(({ id }) => `  ${text(id)}`),
    ),
  ].join("\n")}\n`;
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length > 0 ? ["", `${title}:`, ...lines] : [];
