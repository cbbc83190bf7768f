import { type Stage, stages } from "../../ir/ruleset.ts";
import { type WfpDocument, type WfpFilter, wfpLayers } from "../../ir/wfp-document.ts";

/** What a reviewer reads beside the documents: layer by layer, under the same headings as in nftables. */
export function listingText(policy: string, documents: readonly WfpDocument[]): string {
  const lines = documents.flatMap(({ state, filters }) => ["", `state ${state}`, ...stateLines(filters)]);
  return `policy ${policy}: in each layer the heaviest filter that matches decides\n${lines.join("\n")}\n`;
}

const stateLines = (filters: readonly WfpFilter[]): readonly string[] =>
  wfpLayers.flatMap((layer) => {
    const own = filters.filter((filter) => filter.layer === layer);
    const weights = [...new Set(own.map(({ weight }) => weight))];
    return [
      "",
      `  ${layer}`,
      ...weights.flatMap((weight) => [
        `    # ${titleOf(weight)}`,
        ...own.filter((filter) => filter.weight === weight).map((filter) => `    ${lineOf(filter)}`),
      ]),
    ];
  });

/** Weights are made in `filters.ts`: a hundred for what names its interface, then the stages from the last one up. */
function titleOf(weight: number): string {
  const stage: Stage | undefined = stages[stages.length - (weight % 100)];
  return `${stage}${weight > 100 ? "" : ", any other interface"}`;
}

const lineOf = ({ action, when, lifetime, name }: WfpFilter): string =>
  `${action.padEnd(6)}  ${lifetime.padEnd(10)}  ${name.padEnd(24)}  ${conditions(when)}`.trimEnd();

const conditions = (when: WfpFilter["when"]): string =>
  Object.entries(when)
    .map(([word, value]) => (Array.isArray(value) ? `${word} ${value.map(quoted).join(", ")}` : word))
    .join("; ");

/** A name with a blank, comma or semicolon would read as two things; none holds a quotation mark. */
const quoted = (value: string | number): string => (/[\s,;]/.test(`${value}`) ? `"${value}"` : `${value}`);
