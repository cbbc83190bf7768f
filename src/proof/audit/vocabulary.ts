import { namesOf } from "../readers/nft/vocabulary.ts";
import { merged, noVocabulary, type Vocabulary } from "../vocabulary.ts";
import type { Base, Rule, Test } from "./rules.ts";

/** Every name that rules of others ask for. */
export function vocabularyOfBases(bases: readonly Base[]): Vocabulary {
  const chains = new Set(bases.flatMap(({ chain, chains }) => [chain, ...chains.values()]));
  const conditions = [...chains].flatMap((rules) => rules.flatMap(({ tests }: Rule) => tests.flatMap(conditionsIn)));
  const devices = bases.flatMap(({ device }) =>
    device === undefined ? [] : [{ kind: "named", name: device } as const],
  );
  return merged(...conditions.map(namesOf), { ...noVocabulary, devices });
}

function conditionsIn(test: Test): readonly Parameters<typeof namesOf>[0][] {
  switch (test.kind) {
    case "known":
      return [test.condition];
    case "unknown":
      return test.within;
    case "either":
      return test.of.flat().flatMap(conditionsIn);
    case "not":
      return test.of.flatMap(conditionsIn);
    default:
      return [];
  }
}
