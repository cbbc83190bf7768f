import { merged, type Vocabulary } from "../../vocabulary.ts";
import type { Condition, Program } from "./program.ts";

/** Every name that a program asks for. */
export function vocabularyOfProgram({ tables }: Program): Vocabulary {
  const conditions = [...tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.flatMap((rule) => rule.conditions)),
  );
  return merged(...[...new Set(conditions)].map(namesOf));
}

const none: Vocabulary = {
  devices: [],
  kinds: [],
  owners: { user: [], group: [], slice: [], program: [], service: [] },
};

function namesOf(condition: Condition): Vocabulary {
  switch (condition.kind) {
    case "name":
      return {
        ...none,
        devices: condition.names.map(({ name, isPrefix }) =>
          isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name },
        ),
      };
    case "interface-kind":
      return { ...none, kinds: condition.kinds };
    case "owner":
      return { ...none, owners: { ...none.owners, [condition.field]: condition.ids } };
    default:
      return none;
  }
}
