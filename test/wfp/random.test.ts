import { expect, test } from "vitest";
import { read } from "../../src/check.ts";
import { refusals } from "../../src/emitters/capabilities.ts";
import { capabilities } from "../../src/emitters/wfp/capabilities.ts";
import { wfp } from "../../src/emitters/wfp/emit.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import type { Load } from "../../src/ir/expand/load.ts";
import { type Plan, plan, rulesetsOf } from "../../src/ir/plan.ts";
import type { Policy } from "../../src/ir/policy.ts";
import { validateWfp } from "../../src/proof/translation/wfp.ts";
import { load as loadExample } from "../examples/golden.ts";
import { mixture } from "../fuzz/mixtures.ts";
import { randomOf } from "../fuzz/random.ts";
import { onWindows } from "./policies.ts";

/** A swapped word may name a file that is not there. */
const load: Load = (path, from) => {
  try {
    return loadExample(path, from);
  } catch {
    return { fault: "there is none" };
  }
};

/** `KSP_RANDOM=1000` takes some minutes. */
const { KSP_RANDOM: wanted = "25" } = process.env;

/** Policies put together from those of the examples, as far as they are ones. */
function* randomPolicies(count: number): Generator<readonly [seed: number, policy: Policy]> {
  for (let seed = 1, found = 0; found < count; seed++) {
    const { policy } = read({ file: "random.ksp", text: mixture(randomOf(seed)) }, { load });
    if (!policy) continue;
    found++;
    yield [seed, policy];
  }
}

test("a random policy means on Windows what it means on Linux, or is refused", { timeout: 3_600_000 }, () => {
  let held = 0;
  for (const [seed, policy] of randomPolicies(Number(wanted))) {
    const there = onWindows(policy);
    const planned = plan(there, "windows");
    // Who a carrier is differs by system, and nothing else but what every system calls its own.
    expect(spoken(plan(alike(there), "linux")), `seed ${seed}`).toBe(spoken(plan(alike(there), "windows")));
    if (refusals(planned, capabilities).length > 0) continue;
    expect(validateWfp(planned, wfp.emit(planned)), `seed ${seed}`).toBeUndefined();
    held++;
  }
  expect(held).toBeGreaterThan(Number(wanted) / 2);
});

/** The same interfaces and identities on both systems. */
const alike = (policy: Policy): Policy => ({
  ...policy,
  links: policy.links.map((link) => ({ ...link, devices: asWindows(link.devices) })),
  tunnels: policy.tunnels.map((tunnel) => ({
    ...tunnel,
    devices: asWindows(tunnel.devices),
    carrier: asWindows(tunnel.carrier),
  })),
  helpers: policy.helpers.map((helper) => ({ ...helper, carrier: asWindows(helper.carrier) })),
  apps: policy.apps.map((app) => ({ ...app, identity: asWindows(app.identity) })),
});

const asWindows = <T>({ windows }: { readonly windows?: T }): { readonly windows?: T; readonly linux?: T } =>
  windows === undefined ? {} : { windows, linux: windows };

/** The rules in one spelling: the daemon has a mark on Linux and is a service on Windows, and kinds of interfaces are Linux's. */
const spoken = (planned: Plan): string =>
  canonicalJson(rulesetsOf(planned))
    .replaceAll('{"kind":"service","name":"ksp"}', '{"kind":"mark","mask":4294967295,"value":1802502144}')
    .replaceAll(/,"protocol":"(wireguard|openvpn|ipsec|other)"/g, "");
