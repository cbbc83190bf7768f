import { check } from "../../src/check.ts";
import type { Files } from "../../src/emitters/emitter.ts";
import { pf } from "../../src/emitters/pf/emit.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import { type Plan, plan } from "../../src/ir/plan.ts";
import type { Device, Identities, Identity, PacketPattern, Policy } from "../../src/ir/policy.ts";
import { examples, load } from "../examples/golden.ts";

export interface OnMac {
  readonly name: string;
  readonly policy: Policy;
  readonly plan: Plan;
  readonly files: Files;
}

/**
 * A policy as if its author had a Mac: what pf cannot tell apart is a user there, what it cannot do is left out, and where no
 * link leads outside there is one. `refusals` may still refuse it.
 */
export function onMac({ portal: _, ...policy }: Policy): Policy {
  const numbers = new Map<string, number>();
  const numberOf = (value: unknown): number => {
    const text = canonicalJson(value);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const card = (device: Device): Device => ({ kind: "named", name: `en${numberOf(device)}` });
  const user = (identity: Identity): Identity =>
    (identity.kind === "user" || identity.kind === "group") && identity.id !== undefined
      ? identity
      : { kind: "user", id: 500 + numberOf(identity) };
  const carrier = (of: Identities): Identities => ({
    ...of,
    macos: (of.linux ?? of.macos ?? []).map((all) => all.slice(0, 1).map(user)),
  });
  const pattern = ({ owner, ...rest }: PacketPattern): PacketPattern => ({
    ...rest,
    ...(owner && { owner: user(owner) }),
  });
  const links = policy.links.map((link) => ({
    ...link,
    devices: { ...link.devices, macos: (link.devices.linux ?? link.devices.macos ?? []).map(card) },
  }));
  const uplink = {
    id: "link-mac-uplink-000000",
    name: "mac-uplink",
    devices: { macos: [card({ kind: "named", name: "mac-uplink" })] },
    role: "outside",
  } as const;
  return {
    ...policy,
    expects: [],
    forwards: [],
    links: links.some(({ role }) => role === "outside") ? links : [...links, uplink],
    tunnels: policy.tunnels.map((tunnel) => ({
      ...tunnel,
      devices: { ...tunnel.devices, macos: [{ kind: "utun", of: tunnel.name }] },
      carrier: carrier(tunnel.carrier),
    })),
    helpers: policy.helpers.map((helper) => ({ ...helper, carrier: carrier(helper.carrier) })),
    apps: policy.apps.map((app) => {
      const identity = app.identity.linux ?? app.identity.macos;
      return { ...app, identity: { ...(identity && { macos: user(identity) }) } };
    }),
    allows: policy.allows.map((allow) =>
      allow.opening.kind === "packets"
        ? { ...allow, opening: { ...allow.opening, pattern: pattern(allow.opening.pattern) } }
        : allow,
    ),
    denies: policy.denies.map((deny) => ({ ...deny, pattern: pattern(deny.pattern) })),
    dns: policy.dns.map(({ owner: _owner, app: _app, redirect: _redirect, ...dns }) => dns),
  };
}

/** What a text says on a Mac. */
export function textOnMac(name: string, text: string): OnMac {
  const { policy, diagnostics } = check({ file: `${name}.ksp`, text }, { load });
  if (!policy) throw new Error(`${name}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  const there = onMac(policy);
  const planned = plan(there, "macos");
  return { name, policy: there, plan: planned, files: pf.emit(planned) };
}

export function exampleOnMac(wanted: string): OnMac {
  const example = examples().find(({ name }) => name === wanted);
  if (!example) throw new Error(`no example ${wanted}`);
  return textOnMac(example.name, example.text);
}

/** Every example, but for the one whose carrier is none that pf could tell: `refusals.test.ts`. */
export const macPolicies = (): readonly OnMac[] =>
  examples()
    .filter(({ name }) => name !== "ipsec-roadwarrior")
    .map(({ name, text }) => textOnMac(name, text));
