import { expect, test } from "vitest";
import { allPolicies, fileOf } from "./policies.ts";

// A kernel puts fragments together for whoever asks for connections, and for nobody else: test/kernel/breakers.test.ts shows
// names leave in fragments where no rule does.
test.each(allPolicies)("$name: every file that closes asks for connections, so no rule sees a fragment", (policy) => {
  for (const file of ["lockdown.nft", "ruleset.nft"]) expect(fileOf(policy, file), file).toMatch(/^\t+.*\bct state /m);
});
