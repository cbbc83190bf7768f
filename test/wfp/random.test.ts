import { expect, test } from "vitest";
import { refusals } from "../../src/emitters/capabilities.ts";
import { capabilities } from "../../src/emitters/wfp/capabilities.ts";
import { wfp } from "../../src/emitters/wfp/emit.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import { type Plan, plan, rulesetsOf } from "../../src/ir/plan.ts";
import { validateWfp } from "../../src/proof/translation/wfp.ts";
import { nftMismatch } from "../fuzz/on-nft.ts";
import { alike, randomPolicies } from "../fuzz/random-policies.ts";
import { onWindows } from "./policies.ts";

/** `KSP_RANDOM=1000` takes some minutes. */
const { KSP_RANDOM: wanted = "25" } = process.env;

test("a random policy means on Windows what it means on Linux, or is refused", { timeout: 3_600_000 }, () => {
  let held = 0;
  for (const [seed, policy] of randomPolicies(Number(wanted))) {
    const there = onWindows(policy);
    const planned = plan(there, "windows");
    // Who a carrier is differs by system, and nothing else but what every system calls its own.
    expect(spoken(plan(alike(there, "windows"), "linux")), `seed ${seed}`).toBe(
      spoken(plan(alike(there, "windows"), "windows")),
    );
    expect(nftMismatch(there), `seed ${seed} in nftables`).toBeUndefined();
    if (refusals(planned, capabilities).length > 0) continue;
    expect(validateWfp(planned, wfp.emit(planned)), `seed ${seed}`).toBeUndefined();
    held++;
  }
  expect(held).toBeGreaterThan(Number(wanted) / 2);
});

/** The rules in one spelling: the daemon has a mark on Linux and is a service on Windows, and kinds of interfaces are Linux's. */
const spoken = (planned: Plan): string =>
  canonicalJson(rulesetsOf(planned))
    .replaceAll('{"kind":"service","name":"ksp"}', '{"kind":"mark","mask":4294967295,"value":1802502144}')
    .replaceAll(/,"protocol":"(wireguard|openvpn|ipsec|other)"/g, "");
