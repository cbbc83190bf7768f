import { merged, loopback as modelled, noVocabulary, type OwnerField, type Vocabulary } from "../../vocabulary.ts";
import { type Anchor, type Criteria, loopback, type Program, type Ruleset } from "./program.ts";

/** Every name that a program asks for. */
export const vocabularyOfProgram = (program: Program): Vocabulary =>
  merged(
    modelled,
    ...[...program.values()].flatMap((ruleset) => [...criteriaOf(ruleset).map(namesOf), listed(ruleset)]),
  );

/** Those in braces, too. */
const criteriaOf = ({ scrubs, entries, translations }: Ruleset): readonly Criteria[] => [
  ...scrubs,
  ...translations,
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
    ...noVocabulary,
    devices: named && named.name !== loopback ? [{ kind: "named", name: named.name }] : [],
    owners: { ...noVocabulary.owners, user: ids("user"), group: ids("group") },
  };
}

/** The long lists. */
function listed({ tables }: Ruleset): Vocabulary {
  const contents = [...tables.values()].flatMap(({ content }) => content ?? []);
  return {
    ...noVocabulary,
    addresses: { ipv4: contents.map(({ ipv4 }) => ipv4), ipv6: contents.map(({ ipv6 }) => ipv6) },
  };
}
