import { catalogue } from "../../diagnostics/catalogue.ts";
import type { Origins } from "../../ir/origins.ts";
import type { Plan } from "../../ir/plan.ts";
import type { Policy } from "../../ir/policy.ts";

type Codes = readonly (keyof typeof catalogue)[];

interface Known {
  readonly proofs: { readonly ofPackets: Codes; readonly ofFiles: Codes };
  readonly deviations: readonly string[];
}

/** What was proved, and of which packets. What a reader has to accept stands first. */
export function proofText(
  policy: Policy,
  { states, portal }: Plan,
  { statements }: Origins,
  { proofs: { ofPackets, ofFiles }, deviations }: Known,
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
    ...section(`proved for every packet, in ${names.length} states (${names.join(", ")})`, ofPackets.map(named)),
    ...section("proved of every file, and of every move between two states", ofFiles.map(named)),
    ...section(
      "expected, and so",
      policy.expects.map(({ id }) => `  ${text(id)}`),
    ),
  ].join("\n")}\n`;
}

const named = (code: Codes[number]): string => `  ${code} ${catalogue[code].name}`;

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length > 0 ? ["", `${title}:`, ...lines] : [];
