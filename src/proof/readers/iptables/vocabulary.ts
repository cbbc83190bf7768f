import { merged, type Vocabulary } from "../../vocabulary.ts";
import type { Condition, Program } from "./program.ts";

/** Every name that a program asks for. */
export function vocabularyOfProgram({ tables }: Program): Vocabulary {
  const conditions = [...tables.values()].flatMap((chains) =>
    [...chains.values()].flatMap((rules) => rules.flatMap((rule) => rule.conditions)),
  );
  return merged(...conditions.flatMap(namesOf));
}

const none: Vocabulary = {
  devices: [],
  kinds: [],
  owners: { user: [], group: [], slice: [], program: [], service: [] },
};

function namesOf(condition: Condition): readonly Vocabulary[] {
  if (condition.kind === "name") {
    const { name, isPrefix } = condition;
    return [{ ...none, devices: [isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name }] }];
  }
  if (condition.kind !== "owner") return [];
  return [{ ...none, owners: { ...none.owners, [condition.field]: [condition.id] } }];
}
