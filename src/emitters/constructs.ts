import { type Plan, rulesetsOf } from "../ir/plan.ts";
import type { Identity, StatementId } from "../ir/policy.ts";
import type { Rule, Ruleset } from "../ir/ruleset.ts";

/** What a policy may ask of a firewall and not every firewall can say: how it is called, and the statements of a plan that ask for it. */
interface Construct {
  readonly text: string;
  readonly askedBy: (plan: Plan) => readonly StatementId[];
}

/** Connections have eight bits for the slice that they belong to. */
export const mostSlices = 255;

export const constructs = {
  mark: { text: "a mark", askedBy: owners(({ kind }) => kind === "mark") },
  "user-or-group": { text: "a user or group by number", askedBy: owners((one) => isAccount(one) && !isNamed(one)) },
  "user-by-name": { text: "a user by name", askedBy: owners((one) => one.kind === "user" && isNamed(one)) },
  "group-by-name": { text: "a group by name", askedBy: owners((one) => one.kind === "group" && isNamed(one)) },
  slice: { text: "a slice", askedBy: owners(({ kind }) => kind === "slice", running) },
  "slice-at-boot": {
    text: "a slice before the machine has started it",
    askedBy: owners(
      ({ kind }) => kind === "slice",
      ({ lockdown }) => [lockdown],
    ),
  },
  "many-slices": { text: `more than ${mostSlices} slices`, askedBy: beyondSlices },
  program: { text: "a program", askedBy: owners(({ kind }) => kind === "program") },
  service: { text: "a service", askedBy: owners(({ kind }) => kind === "service") },
} as const satisfies Readonly<Record<string, Construct>>;

export type ConstructName = keyof typeof constructs;
export const constructNames = Object.keys(constructs) as readonly ConstructName[];

const isAccount = ({ kind }: Identity): boolean => kind === "user" || kind === "group";
const isNamed = (one: Identity): boolean => (one.kind === "user" || one.kind === "group") && one.id === undefined;
function running({ states, portal }: Plan): readonly Ruleset[] {
  return portal ? [...states, portal] : states;
}

/** Statements with a rule of which something holds. */
function rules(
  asks: (rule: Rule) => boolean,
  of: (plan: Plan) => readonly Ruleset[] = rulesetsOf,
): Construct["askedBy"] {
  return (plan) => [
    ...new Set(
      of(plan)
        .flatMap((ruleset) => ruleset.rules)
        .filter(asks)
        .map(({ from }) => from),
    ),
  ];
}

function owners(is: (one: Identity) => boolean, of?: (plan: Plan) => readonly Ruleset[]): Construct["askedBy"] {
  return rules(({ match }) => match.owner?.flat().some(is) ?? false, of);
}

/** The first statement that asks for one too many. */
function beyondSlices(plan: Plan): readonly StatementId[] {
  const paths = new Set<string>();
  for (const { match, from } of running(plan).flatMap((ruleset) => ruleset.rules)) {
    for (const one of match.owner?.flat() ?? []) if (one.kind === "slice") paths.add(one.path);
    if (paths.size > mostSlices) return [from];
  }
  return [];
}
