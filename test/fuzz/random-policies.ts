import { read } from "../../src/check.ts";
import type { Load } from "../../src/ir/expand/load.ts";
import type { Os, Policy } from "../../src/ir/policy.ts";
import { load as loadExample } from "../examples/golden.ts";
import { mixture } from "./mixtures.ts";
import { randomOf } from "./random.ts";

/** A swapped word may name a file that is not there. */
const load: Load = (path, from) => {
  try {
    return loadExample(path, from);
  } catch {
    return { fault: "there is none" };
  }
};

/** Policies put together from those of the examples, as far as they are ones. */
export function* randomPolicies(count: number): Generator<readonly [seed: number, policy: Policy]> {
  for (let seed = 1, found = 0; found < count; seed++) {
    const { policy } = read({ file: "random.ksp", text: mixture(randomOf(seed)) }, { load });
    if (!policy) continue;
    found++;
    yield [seed, policy];
  }
}

/** The interfaces and identities of one system on Linux, too. */
export function alike(policy: Policy, os: Os): Policy {
  const both = <T>(each: Readonly<Partial<Record<Os, T>>>): Readonly<Partial<Record<Os, T>>> => {
    const own = each[os];
    return own === undefined ? {} : { [os]: own, linux: own };
  };
  return {
    ...policy,
    links: policy.links.map((link) => ({ ...link, devices: both(link.devices) })),
    tunnels: policy.tunnels.map((tunnel) => ({
      ...tunnel,
      devices: both(tunnel.devices),
      carrier: both(tunnel.carrier),
    })),
    helpers: policy.helpers.map((helper) => ({ ...helper, carrier: both(helper.carrier) })),
    apps: policy.apps.map((app) => ({ ...app, identity: both(app.identity) })),
  };
}
