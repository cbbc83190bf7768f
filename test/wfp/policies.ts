import { check } from "../../src/check.ts";
import type { Files } from "../../src/emitters/emitter.ts";
import { wfp } from "../../src/emitters/wfp/emit.ts";
import { type Plan, plan } from "../../src/ir/plan.ts";
import type { Device, Devices, Identities, Identity, PacketPattern, Policy } from "../../src/ir/policy.ts";
import { examples, load } from "../examples/golden.ts";

export interface OnWindows {
  readonly name: string;
  readonly policy: Policy;
  readonly plan: Plan;
  readonly files: Files;
}

function emittedFor(name: string, policy: Policy): OnWindows {
  const planned = plan(policy, "windows");
  return { name, policy, plan: planned, files: wfp.emit(planned) };
}

export function onWindows(policy: Policy): Policy {
  const { portal: _, ...rest } = policy;
  return {
    ...rest,
    expects: [],
    forwards: [],
    links: rest.links.map((link) => ({ ...link, devices: devicesOf(link.devices) })),
    tunnels: rest.tunnels.map((tunnel) => ({
      ...tunnel,
      devices: devicesOf(tunnel.devices),
      carrier: carrierOf(tunnel.carrier),
    })),
    helpers: rest.helpers.map((helper) => ({ ...helper, carrier: carrierOf(helper.carrier) })),
    apps: rest.apps.map((app) => {
      const identity = app.identity.windows ?? app.identity.linux;
      return { ...app, identity: { ...app.identity, ...(identity && { windows: identityOf(identity) }) } };
    }),
    allows: rest.allows.map((allow) =>
      allow.opening.kind === "packets"
        ? { ...allow, opening: { ...allow.opening, pattern: patternOf(allow.opening.pattern) } }
        : allow,
    ),
    denies: rest.denies.map((deny) => ({ ...deny, pattern: patternOf(deny.pattern) })),
    dns: rest.dns.map(({ owner: _owner, app: _app, redirect: _redirect, ...dns }) => dns),
  };
}

const devicesOf = (devices: Devices): Devices => ({
  ...devices,
  windows: (devices.windows ?? devices.linux ?? []).map(named),
});
const named = (device: Device): Device =>
  device.kind === "prefix" ? { kind: "named", name: `${device.prefix}0` } : device;

const carrierOf = (carrier: Identities): Identities => ({
  ...carrier,
  windows: (carrier.windows ?? carrier.linux ?? []).map((all) => all.slice(0, 1).map(identityOf)),
});

const patternOf = ({ owner, ...pattern }: PacketPattern): PacketPattern => ({
  ...pattern,
  ...(owner && { owner: identityOf(owner) }),
});

function identityOf(identity: Identity): Identity {
  switch (identity.kind) {
    case "program":
    case "service":
      return identity;
    case "mark":
      return { kind: "program", path: `C:\\ksp\\mark-${identity.value}.exe` };
    case "slice":
      return { kind: "program", path: `C:\\ksp\\${identity.path.replaceAll("/", "-")}.exe` };
    default:
      return { kind: "program", path: `C:\\ksp\\${identity.kind}-${identity.id ?? identity.name}.exe` };
  }
}

/** Every example as if its author had Windows: what Windows cannot tell apart is a program there, what it cannot do is left out. */
export const windowsPolicies: readonly OnWindows[] = examples().map(({ name, text }) => policyIn(name, text));

export function policyIn(name: string, text: string): OnWindows {
  const { policy, diagnostics } = check({ file: `${name}.ksp`, text }, { load });
  if (!policy) throw new Error(`${name}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return emittedFor(name, onWindows(policy));
}

export const policyNamed = (name: string): OnWindows => {
  const found = windowsPolicies.find((policy) => policy.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
};
