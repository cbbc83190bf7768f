import { merged, noVocabulary, type Vocabulary, vocabularyOfAddresses } from "../../vocabulary.ts";
import type { Condition, NamedSet, Program } from "./program.ts";

/** Every name that a program asks for. */
export function vocabularyOfProgram({ tables }: Program): Vocabulary {
  const conditions = [...tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.flatMap((rule) => rule.conditions)),
  );
  const sets = [...tables.values()].flatMap((table) => [...table.sets.values()]).map(addressesOf);
  return merged(...[...new Set(conditions)].map(namesOf), ...sets);
}

export function namesOf(condition: Condition): Vocabulary {
  switch (condition.kind) {
    case "name":
      return {
        ...noVocabulary,
        devices: condition.names.map(({ name, isPrefix }) =>
          isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name },
        ),
      };
    case "interface-kind":
      return { ...noVocabulary, kinds: condition.kinds };
    case "owner":
      return { ...noVocabulary, owners: { ...noVocabulary.owners, [condition.field]: condition.ids } };
    case "address":
      return typeof condition.among === "string"
        ? noVocabulary
        : vocabularyOfAddresses(condition.family === "ipv6" ? "ipv6" : "ipv4", condition.among);
    default:
      return noVocabulary;
  }
}

const addressesOf = (set: NamedSet): Vocabulary =>
  set.kind === "addresses" ? vocabularyOfAddresses(set.family, set.ranges) : noVocabulary;
