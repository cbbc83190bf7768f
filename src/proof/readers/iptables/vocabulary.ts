import { merged, noVocabulary, type Vocabulary } from "../../vocabulary.ts";
import type { Condition, Program } from "./program.ts";

/** Every name that a program asks for. */
export function vocabularyOfProgram({ family, tables }: Program): Vocabulary {
  const conditions = [...tables.values()].flatMap((chains) =>
    [...chains.values()].flatMap((rules) => rules.flatMap((rule) => rule.conditions)),
  );
  return merged(...conditions.flatMap((condition) => namesOf(condition, family)));
}

function namesOf(condition: Condition, family: Program["family"]): readonly Vocabulary[] {
  if (condition.kind === "name") {
    const { name, isPrefix } = condition;
    return [{ ...noVocabulary, devices: [isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name }] }];
  }
  if (condition.kind === "address")
    return [{ ...noVocabulary, addresses: { ...noVocabulary.addresses, [family]: [condition.ranges] } }];
  if (condition.kind !== "owner") return [];
  return [{ ...noVocabulary, owners: { ...noVocabulary.owners, [condition.field]: [condition.id] } }];
}
