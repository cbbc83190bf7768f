import fc from "fast-check";
import { expect, test } from "vitest";
import { isPatternIn } from "../../../src/ir/checks/support/coverage.ts";
import { firstWider } from "../../../src/ir/checks/support/wider.ts";
import type { PacketPattern } from "../../../src/ir/policy.ts";
import { addressSet } from "../../../src/net/address-set.ts";
import { ports } from "../../../src/net/port-set.ts";
import { planned } from "../../ir/support/policies.ts";
import { home } from "../helper.ts";

const address = fc.nat(3).map(BigInt);
const addresses = fc
  .array(
    fc
      .tuple(address, address)
      .map(([a, b]) => ({ family: "ipv4" as const, first: a < b ? a : b, last: a < b ? b : a })),
    { minLength: 1, maxLength: 2 },
  )
  .map(addressSet);
/** At most one of them stands in a statement. */
const who = fc.constantFrom<Pick<PacketPattern, "owner" | "app">>(
  {},
  { owner: { kind: "user", id: 7 } },
  { owner: { kind: "user", id: 8 } },
  { app: "mail" },
);
const what: fc.Arbitrary<PacketPattern> = fc.record(
  {
    direction: fc.constantFrom("out", "in"),
    source: addresses,
    destination: addresses,
    transport: fc.record(
      {
        kind: fc.constantFrom("tcp", "udp"),
        destinationPorts: fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }).map((some) => ports(...some)),
      },
      { requiredKeys: ["kind"] },
    ),
    path: fc.constantFrom({ kind: "any" as const }, { kind: "outside" as const }),
  },
  { requiredKeys: ["direction", "path"] },
);
const pattern = fc.tuple(what, who).map(([what, who]) => ({ ...what, ...who }));

test("finds what a look at each finds, and not by a look at each", () => {
  const { policy } = planned("home", home());
  let [found, asked, all] = [0, 0, 0];
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 150, maxLength: 200 }), pattern, (items, inner) => {
      const wanted = items.findIndex((outer) => isPatternIn(policy, inner, outer));
      const first = firstWider(items, (item) => item)(inner, (outer) => {
        asked++;
        return isPatternIn(policy, inner, outer);
      });
      expect(first).toBe(items[wanted]);
      found += wanted < 0 ? 0 : 1;
      all += items.length;
    }),
    { numRuns: 60 },
  );
  expect(found).toBeGreaterThan(10);
  expect(asked).toBeLessThan(all / 2);
});
