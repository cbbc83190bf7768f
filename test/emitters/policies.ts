import { check, type Read, read } from "../../src/check.ts";
import type { Files } from "../../src/emitters/emitter.ts";
import { nft } from "../../src/emitters/nft/emit.ts";
import { type Plan, plan } from "../../src/ir/plan.ts";
import type { Policy } from "../../src/ir/policy.ts";
import { examples, load } from "../examples/golden.ts";

export interface Emitted {
  readonly name: string;
  readonly policy: Policy;
  readonly plan: Plan;
  readonly files: Files;
}

/** A policy text without errors, with the nftables files that it compiles to. */
export const emitted = (name: string, text: string): Emitted =>
  emittedOf(name, check({ file: `${name}.ksp`, text }, { load }));

function emittedOf(name: string, { policy, diagnostics }: Read): Emitted {
  if (!policy) throw new Error(`${name}: ${diagnostics.map((d) => `${d.code} ${d.message}`).join("; ")}`);
  const planned = plan(policy, "linux");
  return { name, policy, plan: planned, files: nft.emit(planned) };
}

export const fileOf = ({ name, files }: Emitted, path: string): string => {
  const text = files.get(`nft/${path}`);
  if (text === undefined) throw new Error(`${name} has no nft/${path}`);
  return text;
};

/** Three chains, every kind of link, IPv6 in the tunnel, statements bound to states. */
const crossroads = `ksp 1
policy crossroads
link uplink {
  interface "eth0", "usb*"
  role outside
}
link desk {
  interface "br0"
  role inside
}
link pods {
  interface "veth*", "docker0"
  role inside
}
tunnel entry {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  server 2001:db8::7 udp 51820, 51830-51840
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}
tunnel exit {
  protocol openvpn
  interface "tun0", "ovpn*"
  server 198.51.100.9 tcp 443
  server 198.51.100.10 tcp 443
  server 192.0.2.33 udp 1194-1196
  carrier user 994
  carrier user 995 and group 995
  address assigned
  carries everything and 10.77.0.0/16, 2001:db8:77::/48
}
tunnel site {
  protocol ipsec
  interface "ipsec0"
  server 203.0.113.5 udp 500, 4500
  server 203.0.113.5 protocol 50
  carrier mark 0x51/0xff
  address assigned
  carries 10.20.0.0/16, 2001:db8:c0::/48
}
tunnel lab {
  protocol other
  interface "tap9"
  server 203.0.113.77 udp 443
  carrier user 993
  address 10.99.0.2/32, 10.99.1.2/32
  carries 10.99.0.0/16, 192.168.77.0/24
}
chain private = entry -> exit
list ads = 192.0.2.64/28, 192.0.2.96, 192.0.2.98, 192.0.2.100, 192.0.2.102, 192.0.2.104, 192.0.2.106, 192.0.2.108-192.0.2.110, 192.0.2.112, 2001:db8:ad::/48
list farm = 203.0.113.128/28, 203.0.113.160/27 except 203.0.113.170
dns 10.77.0.1, 2001:db8:77::1 through exit
dns 10.20.0.53 through site for "corp.example"
dns 10.99.0.53 user 1011 through lab for "lab.example"
dns 192.168.1.1 on uplink for "print.example" accept-risk KSP3002 reason "printers"
ipv6 tunnel
blocked forward reject
allow dhcp on uplink
allow discovery on desk
allow discovery on uplink while private:up
allow lan on uplink
allow out to @farm tcp 22, 8000-8100 on uplink reason "build farm"
allow out to 203.0.113.0/29 udp 1-65535 on uplink while private:hop1 or private:down
allow out to 203.0.113.8 icmp echo-request on uplink
allow out to 203.0.113.9 icmp timestamp-request on uplink
allow out to 203.0.113.10 protocol 47 on uplink
allow out user 1001 to 10.20.7.7 tcp 25 through site
allow out app backup to 203.0.113.80 tcp 873 on uplink
allow in from 192.168.50.0/24 tcp 22 on desk
allow in from 192.168.50.0/24 icmp timestamp-request on desk
allow in from 192.168.50.0/24 1000-2000 to 192.168.50.1 udp 69 on desk while site:up
allow in tcp 51413 through exit
allow forward from 172.17.0.0/16 to 203.0.113.80 tcp 443 on uplink
allow forward from 192.168.50.0/24 to 0.0.0.0/0 through exit
allow forward to 10.99.5.5 icmp echo-request through lab while lab:up
deny out to @ads
deny out user 1002 to 0.0.0.0/0 tcp 22
deny out group 1003 to ::/0 udp 1-65535
deny out to 127.0.0.53 udp 53
deny out to 127.0.0.11, ::1 tcp 8125 while private:down
deny in from 127.0.0.1 tcp 9
deny in from 192.168.50.66 tcp 22
deny forward to 10.0.0.0/8 while site:up
deny out user 1005 to 203.0.113.128/28 on uplink
deny in from 10.77.3.3 through exit
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
watch entry {
  interface
  heartbeat 10.64.0.1, fd64::1 every 1s lost after 3
}
watch exit {
  interface
  heartbeat 10.77.0.1 every 1s lost after 3
}
watch site {
  interface
  heartbeat 10.20.0.53 every 1s lost after 3
}
watch lab {
  interface
  heartbeat 10.99.0.1 every 1s lost after 3
}
`;

/** No link is named; IPv4 alone; long sets and short negations; silent refusals. */
const walled = `ksp 1
policy walled
tunnel wide {
  protocol wireguard
  interface "wg*"
  server 198.51.100.7 udp 51820
  carrier mark 0x1/0xff
  address 10.64.0.2/32
  carries everything and 10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16, 10.7.0.0/16, 10.9.0.0/16, 10.11.0.0/16, 10.13.0.0/16, 10.15.0.0/16, 10.17.0.0/16
}
tunnel split {
  protocol other
  interface "split0"
  server 203.0.113.77 tcp 443
  carrier user 993
  address assigned
  carries 172.20.0.0/16, 172.22.0.0/16, 172.24.0.0/16, 172.26.0.0/16, 172.28.0.0/16, 172.30.0.0/16, 100.64.0.0/16, 100.66.0.0/16, 100.68.0.0/16
}
list odd = 203.0.113.1, 203.0.113.3, 203.0.113.5, 203.0.113.7, 203.0.113.9, 203.0.113.11, 203.0.113.13, 203.0.113.15, 203.0.113.17
list rest = 0.0.0.0/0, 2001:db8::/32 except 192.0.2.7, 192.0.2.9
dns none
ipv6 block
blocked out drop
allow dhcp
allow discovery
allow lan
allow out to @odd tcp 443
allow out to 203.0.113.0/24 except 203.0.113.64/26, 203.0.113.200 udp 123 while wide:down
allow out user 1000 to 203.0.113.240 udp 53
allow in from 192.168.0.0/16 udp 5000-5010, 6000
allow in from @odd icmp echo-request
allow forward from 192.168.0.0/16 to 203.0.113.16/28
allow forward from 192.168.5.0/24 through wide
deny out to @rest tcp 25
deny in from @rest udp 6000
deny forward from 192.168.0.66 to @odd
watch wide {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
watch split {
  interface
  heartbeat 172.20.0.1 every 1s lost after 3
}
`;

/** Names that also mean something to the emitter; between two links some packets are masqueraded and some are not. */
const namesakes = `ksp 1
policy namesakes
link loopback {
  interface "eth0"
  role outside
}
link lockdown {
  interface "br0"
  role inside
}
link portal {
  interface "usb0"
  role outside
}
tunnel up {
  protocol wireguard
  interface "up"
  server 198.51.100.7 udp 51820
  carrier mark 0x1/0xff
  address 10.64.0.2/32
  carries everything
}
tunnel down {
  protocol wireguard
  interface "down"
  server 203.0.113.9 udp 51820
  carrier mark 0x2/0xff
  address 10.65.0.2/32
  carries everything
}
chain hop1 = up -> down
list private-ranges = 192.0.2.0/28, 192.0.2.32/28
dns 10.65.0.1 through down
ipv6 block
allow out to @private-ranges tcp 443
allow lan
allow in from 192.168.1.0/24 tcp 22 on lockdown
allow out to 192.0.2.80 tcp 443 on portal while portal
portal for 5m user 1001 tcp 80 accept-risk KSP3001 reason "hotels"
forward from link lockdown 192.168.50.0/26 to link loopback 203.0.113.0/24 tcp 443 masquerade
forward from link lockdown 192.168.60.0/24 to link loopback 203.0.113.0/24 tcp 443
deny out to 127.0.0.53 udp 53
watch up {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
watch down {
  interface
  heartbeat 10.65.0.1 every 1s lost after 3
}
`;

export const ownTexts = { crossroads, walled, namesakes } as const;
const ownPolicies: readonly Emitted[] = Object.entries(ownTexts).map(([name, text]) => emitted(name, text));
/** Not proved once more: `golden.test.ts` compiles each of them. */
export const examplePolicies: readonly Emitted[] = examples().map(({ name, text }) =>
  emittedOf(name, read({ file: `${name}.ksp`, text }, { load })),
);
export const allPolicies: readonly Emitted[] = [...examplePolicies, ...ownPolicies];

export function policyNamed(name: string): Emitted {
  const found = allPolicies.find((policy) => policy.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
}

/** `:` and `+` of a state's key cannot stand in a file's name. */
export const switchOf = (policy: Emitted, state: string): string =>
  fileOf(policy, `switch/${state.replaceAll(":", ".").replaceAll("+", "_")}.nft`);
