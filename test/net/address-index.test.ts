import fc from "fast-check";
import { expect, test } from "vitest";
import { families } from "../../src/net/address.ts";
import { addressIndex } from "../../src/net/address-index.ts";
import { addressSet, contains } from "../../src/net/address-set.ts";

const value = fc.nat(40).map(BigInt);
const family = fc.constantFrom(...families);
const range = fc
  .tuple(family, value, value)
  .map(([family, a, b]) => ({ family, first: a < b ? a : b, last: a < b ? b : a }));
const sets = fc.array(fc.array(range, { maxLength: 4 }).map(addressSet), { maxLength: 20 });

test("finds just the sets that hold the address, each once", () => {
  let found = 0;
  fc.assert(
    fc.property(sets, family, value, (all, family, value) => {
      const wanted = all.flatMap((set, index) => (contains(set, { family, value }) ? index : []));
      expect([...addressIndex(all)({ family, value })].sort((a, b) => a - b)).toEqual(wanted);
      found += wanted.length;
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(100);
});
