import { describe, expect, test } from "vitest";
import { describe as words } from "../../src/ir/packet.ts";
import { inEveryState, policies } from "./support/policies.ts";
import { properties } from "./support/properties.ts";
import { samplesOf } from "./support/samples.ts";

describe.each(policies)("$name", (planned) => {
  describe.each(inEveryState(planned))("in $state.key", ({ state, ruleset }) => {
    test.each(Object.entries(properties))("%s", (_, property) => {
      const broken = property({ policy: planned.policy, state, ruleset, packets: samplesOf(planned) });
      expect(broken.slice(0, 5).map(words)).toEqual([]);
    });
  });
});
