import { readFileSync } from "node:fs";
import type { Origins } from "../../../src/ir/origins.ts";
import { type Plan, plan } from "../../../src/ir/plan.ts";
import type { Policy } from "../../../src/ir/policy.ts";
import { resolve } from "../../../src/ir/resolve/resolve.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { enforcingStates, lockdownState, type State } from "../../../src/ir/states.ts";
import { parse } from "../../../src/parser/parse.ts";

export interface Planned {
  readonly name: string;
  readonly text: string;
  readonly policy: Policy;
  readonly origins: Origins;
  readonly plan: Plan;
}

/** A policy text that must be without faults, planned for Linux. */
export function planned(name: string, text: string): Planned {
  const parsed = parse({ file: name, text });
  const resolved = parsed.file && resolve(parsed.file);
  const { policy, origins } = resolved ?? {};
  if (!policy || !origins)
    throw new Error(`${name}: ${[...parsed.diagnostics, ...(resolved?.diagnostics ?? [])].map((d) => d.code)}`);
  return { name, text, policy, origins, plan: plan(policy, "linux") };
}

/** Every state of a policy with its ruleset. */
export function inEveryState({
  policy,
  plan,
}: Planned): readonly { readonly state: State; readonly ruleset: Ruleset }[] {
  const states = [...enforcingStates(policy), lockdownState(policy)];
  const rulesets = [...plan.states, plan.lockdown];
  return states.map((state, i) => {
    const ruleset = rulesets[i];
    if (ruleset?.state !== state.key) throw new Error(`no ruleset for ${state.key}`);
    return { state, ruleset };
  });
}

export const examples = [
  "home-wireguard",
  "openvpn-eight-servers",
  "two-hops",
  "three-hops-mixed",
  "server-ssh",
  "torrent-port-forward",
  "work-and-private",
  "ipv6-only-nat64",
].map((name) => planned(name, readFileSync(new URL(`../../../examples/${name}.ksp`, import.meta.url), "utf8")));

/** What no example says: roles, denies, states, apps outside, IPsec, a resolver on a link. */
export const office = planned(
  "office",
  `ksp 1
policy office
link uplink {
  interface "eth0", "usb*"
  role outside
}
link desk {
  interface "br0"
  role inside
}
tunnel main {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  server 2001:db8::7 udp 51820, 51821
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}
tunnel site {
  protocol ipsec
  interface "ipsec0"
  server 203.0.113.5 udp 500, 4500
  server 203.0.113.5 protocol 50
  carrier mark 0x51/0xff
  carrier user 994 and group 994
  address assigned
  carries 10.20.0.0/16, 2001:db8:c0::/48
}
list ads = 192.0.2.64/28, 2001:db8:ad::/48
dns 10.64.0.1, fd64::1 through main
dns 10.20.0.53 through site for "corp.example"
dns 192.168.1.1 on uplink for "print.example" accept-risk KSP3002 reason "printers"
ipv6 tunnel
blocked forward reject
allow dhcp on uplink
allow discovery on desk
allow lan
allow out to 203.0.113.0/24 tcp 443 reason "office"
allow out to 192.0.2.0/24 tcp 22 while main:down
allow out user 1001 to 172.20.0.0/16 tcp 25 through site
allow in from 192.168.50.0/24 tcp 22 on desk
allow out app backup to 203.0.113.80 tcp 873
deny out to @ads
deny out user 1002 to 0.0.0.0/0 tcp 22
deny out to 127.0.0.53 udp 53
deny in from 192.168.50.66 tcp 22
deny forward to 10.0.0.0/8 while site:up
app backup {
  linux user 1007
  traffic outside
  on loss keep
}
app browser {
  linux user 1008
  traffic tunnel
  on loss pause
}
app calculator {
  linux user 1009
  traffic none
  on loss keep
}
watch main {
  interface
  heartbeat 10.64.0.1, fd64::1 every 1s lost after 3
}
watch site {
  interface
  heartbeat 10.20.0.53 every 1s lost after 3
}
`,
);

export const policies = [...examples, office];
