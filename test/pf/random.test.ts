import { expect, test } from "vitest";
import { read } from "../../src/check.ts";
import { refusals } from "../../src/emitters/capabilities.ts";
import { capabilities } from "../../src/emitters/pf/capabilities.ts";
import { pf } from "../../src/emitters/pf/emit.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import type { Load } from "../../src/ir/expand/load.ts";
import { type Plan, plan, rulesetsOf } from "../../src/ir/plan.ts";
import type { Policy } from "../../src/ir/policy.ts";
import { validatePf } from "../../src/proof/translation/pf.ts";
import { load as loadExample } from "../examples/golden.ts";
import { mixture } from "../fuzz/mixtures.ts";
import { randomOf } from "../fuzz/random.ts";
import { onMac } from "./policies.ts";

/** A swapped word may name a file that is not there. */
const load: Load = (path, from) => {
  try {
    return loadExample(path, from);
  } catch {
    return { fault: "there is none" };
  }
};

/** `KSP_RANDOM=1000` takes some minutes; docs/backends.md has the last result. */
const { KSP_RANDOM: wanted = "15" } = process.env;

/** Policies put together from those of the examples, as far as they are ones. */
function* randomPolicies(count: number): Generator<readonly [seed: number, policy: Policy]> {
  for (let seed = 1, found = 0; found < count; seed++) {
    const { policy } = read({ file: "random.ksp", text: mixture(randomOf(seed)) }, { load });
    if (!policy) continue;
    found++;
    yield [seed, policy];
  }
}

test("a random policy means on macOS what it means on Linux, or is refused", { timeout: 7_200_000 }, () => {
  let held = 0;
  for (const [seed, policy] of randomPolicies(Number(wanted))) {
    const there = onMac(policy);
    const planned = plan(there, "macos");
    // Who a carrier is differs by system, and nothing else but what every system calls its own.
    expect(spoken(plan(alike(there), "linux")), `seed ${seed}`).toBe(spoken(planned));
    if (refusals(planned, capabilities).length > 0) continue;
    expect(validatePf(planned, pf.emit(planned)), `seed ${seed}`).toBeUndefined();
    held++;
  }
  expect(held).toBeGreaterThan(Number(wanted) / 2);
});

/** The same interfaces and identities on both systems. */
const alike = (policy: Policy): Policy => ({
  ...policy,
  links: policy.links.map((link) => ({ ...link, devices: asMacos(link.devices) })),
  tunnels: policy.tunnels.map((tunnel) => ({
    ...tunnel,
    devices: asMacos(tunnel.devices),
    carrier: asMacos(tunnel.carrier),
  })),
  helpers: policy.helpers.map((helper) => ({ ...helper, carrier: asMacos(helper.carrier) })),
  apps: policy.apps.map((app) => ({ ...app, identity: asMacos(app.identity) })),
});

const asMacos = <T>({ macos }: { readonly macos?: T }): { readonly macos?: T; readonly linux?: T } =>
  macos === undefined ? {} : { macos, linux: macos };

/** The rules in one spelling: the daemon has a mark on Linux and none on macOS, and kinds of interfaces are Linux's. */
const spoken = (planned: Plan): string =>
  canonicalJson(rulesetsOf(planned))
    .replaceAll('"owner":[[{"kind":"mark","mask":4294967295,"value":1802502144}]],', "")
    .replaceAll(/,"protocol":"(wireguard|openvpn|ipsec|other)"/g, "");
