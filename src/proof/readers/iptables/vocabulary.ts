import { merged, noVocabulary, type Vocabulary, vocabularyOfAddresses } from "../../vocabulary.ts";
import type { Condition, Program } from "./program.ts";

/** Every name that a program asks for. */
export function vocabularyOfProgram({ family, tables, sets }: Program): Vocabulary {
  const conditions = [...tables.values()].flatMap((chains) =>
    [...chains.values()].flatMap((rules) => rules.flatMap((rule) => rule.conditions)),
  );
  const held = [...sets.values()]
    .filter((set) => set.family === family)
    .map(({ ranges }) => vocabularyOfAddresses(family, ranges));
  return merged(...conditions.flatMap((condition) => namesOf(condition, family)), ...held);
}

function namesOf(condition: Condition, family: Program["family"]): readonly Vocabulary[] {
  if (condition.kind === "name") {
    const { name, isPrefix } = condition;
    return [{ ...noVocabulary, devices: [isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name }] }];
  }
  if (condition.kind === "address") return [vocabularyOfAddresses(family, condition.ranges)];
  if (condition.kind !== "owner") return [];
  return [{ ...noVocabulary, owners: { ...noVocabulary.owners, [condition.field]: [condition.id] } }];
}
