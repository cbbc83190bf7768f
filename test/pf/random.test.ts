import { expect, test } from "vitest";
import { refusals } from "../../src/emitters/capabilities.ts";
import { capabilities } from "../../src/emitters/pf/capabilities.ts";
import { pf } from "../../src/emitters/pf/emit.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import { type Plan, plan, rulesetsOf } from "../../src/ir/plan.ts";
import { validatePf } from "../../src/proof/translation/pf.ts";
import { nftMismatch } from "../fuzz/on-nft.ts";
import { alike, randomPolicies } from "../fuzz/random-policies.ts";
import { onMac } from "./policies.ts";

/** `KSP_RANDOM=1000` takes some minutes; docs/backends.md has the last result. */
const { KSP_RANDOM: wanted = "15" } = process.env;

test("a random policy means on macOS what it means on Linux, or is refused", { timeout: 7_200_000 }, () => {
  let held = 0;
  for (const [seed, policy] of randomPolicies(Number(wanted))) {
    const there = onMac(policy);
    const planned = plan(there, "macos");
    // Who a carrier is differs by system, and nothing else but what every system calls its own.
    expect(spoken(plan(alike(there, "macos"), "linux")), `seed ${seed}`).toBe(spoken(planned));
    expect(nftMismatch(there), `seed ${seed} in nftables`).toBeUndefined();
    if (refusals(planned, capabilities).length > 0) continue;
    expect(validatePf(planned, pf.emit(planned)), `seed ${seed}`).toBeUndefined();
    held++;
  }
  expect(held).toBeGreaterThan(Number(wanted) / 2);
});

/** The rules in one spelling: the daemon has a mark on Linux and none on macOS, and kinds of interfaces are Linux's. */
const spoken = (planned: Plan): string =>
  canonicalJson(rulesetsOf(planned))
    .replaceAll('"owner":[[{"kind":"mark","mask":4294967295,"value":1802502144}]],', "")
    .replaceAll(/,"protocol":"(wireguard|openvpn|ipsec|other)"/g, "");
