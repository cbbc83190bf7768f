import { expect, test } from "vitest";
import { refusals } from "../../src/emitters/capabilities.ts";
import { capabilities } from "../../src/emitters/pf/capabilities.ts";
import { pf } from "../../src/emitters/pf/emit.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import { type Plan, plan, rulesetsOf } from "../../src/ir/plan.ts";
import type { Policy } from "../../src/ir/policy.ts";
import { validatePf } from "../../src/proof/translation/pf.ts";
import { home } from "../checks/helper.ts";
import { nftMismatch } from "../fuzz/on-nft.ts";
import { alike, randomPolicies } from "../fuzz/random-policies.ts";
import { onMac, textOnMac } from "./policies.ts";

/** Of owners and no protocol nothing in the examples speaks. */
const { policy: owned } = textOnMac(
  "owned",
  home({
    more: [
      "allow out user 1009 to 203.0.113.64/28",
      "allow out group 1010 to 192.0.2.128/25",
      "deny out user 1011 to 198.18.0.0/24",
    ].join("\n"),
  }),
);
const allows = owned.allows.filter(({ opening }) => opening.kind === "packets" && opening.pattern.owner);
const withOwners = (policy: Policy): Policy => ({
  ...policy,
  allows: [...policy.allows, ...allows],
  denies: [...policy.denies, ...owned.denies],
});

/** `KSP_RANDOM=1000` takes some minutes; docs/backends.md has the last result. */
const { KSP_RANDOM: wanted = "15" } = process.env;

test("a random policy means on macOS what it means on Linux, or is refused", { timeout: 7_200_000 }, () => {
  let held = 0;
  for (const [seed, policy] of randomPolicies(Number(wanted))) {
    const there = onMac(withOwners(policy));
    const planned = plan(there, "macos");
    // Who a carrier is differs by system, and nothing else but what every system calls its own.
    expect(spoken(plan(alike(there, "macos"), "linux")), `seed ${seed}`).toBe(spoken(planned));
    expect(nftMismatch(there), `seed ${seed} in nftables`).toBeUndefined();
    if (refusals(planned, capabilities).length > 0) continue;
    expect(validatePf(planned, pf.emit(planned)), `seed ${seed}`).toBeUndefined();
    held++;
  }
  expect([allows.length, owned.denies.length]).toEqual([2, 1]);
  expect(held).toBeGreaterThan(Number(wanted) / 2);
});

/** The rules in one spelling: the daemon has a mark on Linux and none on macOS, and kinds of interfaces are Linux's. */
const spoken = (planned: Plan): string =>
  canonicalJson(rulesetsOf(planned))
    .replaceAll('"owner":[[{"kind":"mark","mask":4294967295,"value":1802502144}]],', "")
    .replaceAll(/,"protocol":"(wireguard|openvpn|ipsec|other)"/g, "");
