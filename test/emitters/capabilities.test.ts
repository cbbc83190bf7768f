import { describe, expect, test } from "vitest";
import { backends } from "../../src/backends.ts";
import { type Capabilities, deviations, holds, refusals, refused, weakened } from "../../src/emitters/capabilities.ts";
import { type ConstructName, constructNames, constructs } from "../../src/emitters/constructs.ts";
import { home } from "../checks/helper.ts";
import { allPolicies, emitted } from "./policies.ts";

const everything = Object.fromEntries(constructNames.map((name) => [name, holds])) as Capabilities;
const but = (name: ConstructName, capability: Capabilities[ConstructName]): Capabilities => ({
  ...everything,
  [name]: capability,
});
const { plan } = emitted("home", home({ more: "allow out user 0 to 203.0.113.7 tcp 443" }));

describe("capabilities", () => {
  test("what is refused names the statement, once, and the way out", () => {
    expect(refusals(plan, everything)).toEqual([]);
    expect(refusals(plan, but("user-or-group", refused("leave it")))).toEqual([
      { from: expect.stringMatching(/^allow-/), construct: "a user or group by number", help: "leave it" },
    ]);
  });

  test("an assumption is told where a policy asks for it, and only there", () => {
    expect(deviations(plan, but("user-or-group", weakened("nobody is root")))).toEqual([
      "a user or group by number: nobody is root",
    ]);
    expect(deviations(plan, but("slice", weakened("nobody has slices")))).toEqual([]);
  });

  test("where there is no daemon, every report says who switches", () => {
    for (const target of ["wfp", "pf"] as const)
      expect(deviations(plan, backends[target].emitter.capabilities)).toContainEqual(
        expect.stringMatching(/^a daemon that switches states: .* has none: somebody runs .*KSP3022.*`alert`/),
      );
    for (const target of ["nft", "iptables"] as const)
      expect(deviations(plan, backends[target].emitter.capabilities).join()).not.toContain("a daemon that switches");
  });

  test("each construct that policies of tests ask for is found in some, and not in all", () => {
    const counts = constructNames.map((name) => {
      const count = allPolicies.filter(({ plan }) => constructs[name].askedBy(plan).length > 0).length;
      return [name, count] as const;
    });
    expect(counts.filter(([, count]) => count === allPolicies.length).map(([name]) => name)).toEqual(everywhere);
    expect(counts.filter(([, count]) => count === 0).map(([name]) => name)).toEqual(elsewhere);
  });
});
/** The daemon's probes have a mark, and every policy here a tunnel that is known by its kind; neighbours, errors and how a ruleset ends are in every one. */
const everywhere: readonly ConstructName[] = [
  "mark",
  "interface-kind",
  "one-step",
  "final-source",
  "hop-limit",
  "own-addresses",
  "one-way",
  "errors-about-flows",
  "guests",
  "foreign-permits",
  "owner-of-one-other",
  "owner-of-others",
  "own-discovery",
  "boot",
  "open-flows",
  "switching",
];
/** By name, nft refuses them; Linux has no program or service; of many slices and prefixes there are tests of their own; the rest are
 * macOS's alone. */
const elsewhere: readonly ConstructName[] = [
  "user-by-name",
  "group-by-name",
  "slice-at-boot",
  "many-slices",
  "program",
  "service",
  "program-path",
  "service-name",
  "own-service",
  "owner-case",
  "interface-case",
  "device-name",
  "beside-several",
  "prober",
  "entries",
];

test.each(Object.entries(backends))("%s says how, wherever it does not hold", (_, { emitter: { capabilities } }) => {
  expect(Object.keys(capabilities)).toEqual(constructNames);
  for (const capability of Object.values(capabilities)) {
    const words = "instead" in capability ? capability.instead : "assuming" in capability ? capability.assuming : "ok";
    expect(words).toMatch(/^([a-z]|Windows ).*[^.]$/);
  }
});
