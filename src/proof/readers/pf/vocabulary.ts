import { merged, type OwnerField, type Vocabulary } from "../../vocabulary.ts";
import { type Anchor, type Criteria, loopback, type Program, type Ruleset } from "./program.ts";

/** Every name that a program asks for. */
export const vocabularyOfProgram = (program: Program): Vocabulary =>
  merged(modelled, ...[...program.values()].flatMap(criteriaOf).map(namesOf));

const nothing: Vocabulary = {
  devices: [],
  kinds: [],
  owners: { user: [], group: [], slice: [], program: [], service: [] },
};

/** The model calls loopback so. */
const modelled: Vocabulary = { ...nothing, devices: [{ kind: "named", name: "lo" }] };

/** Those in braces, too. */
const criteriaOf = ({ scrubs, entries }: Ruleset): readonly Criteria[] => [
  ...scrubs,
  ...entries,
  ...entries.flatMap((entry) => (isNested(entry) ? criteriaOf(entry.inside) : [])),
];

const isNested = (entry: Ruleset["entries"][number]): entry is Anchor & { readonly inside: Ruleset } =>
  entry.kind === "anchor" && entry.inside !== undefined;

function namesOf(criteria: Criteria): Vocabulary {
  const ids = (field: OwnerField & ("user" | "group")): readonly (string | number)[] => {
    const test = criteria[field];
    return test && test.kind !== "other" && test.id !== "unknown" ? [test.id] : [];
  };
  const named = criteria.interface;
  return {
    ...nothing,
    devices: named && named.name !== loopback ? [{ kind: "named", name: named.name }] : [],
    owners: { ...nothing.owners, user: ids("user"), group: ids("group") },
  };
}
