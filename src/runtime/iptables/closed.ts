/**
 * Loads on any kernel that has iptables: what is in force when the lockdown of a policy does not load. The network is configured
 * through it, and nobody's tunnel comes up.
 */
const rules = (configuring: { readonly out: readonly string[]; readonly in: readonly string[] }): string => {
  const passing = (chain: string, side: string, all: readonly string[]): string =>
    [`${side} lo`, ...all].map((match) => `-A ${chain} ${match} -j RETURN\n`).join("");
  return `# Closed, of literals alone: loaded before the lockdown of the policy, which takes its place.
*mangle
:ksp_postrouting - [0:0]
${passing("ksp_postrouting", "-o", configuring.out)}-A ksp_postrouting -j DROP
-I POSTROUTING 1 -j ksp_postrouting
COMMIT
*filter
:ksp_output - [0:0]
:ksp_input - [0:0]
:ksp_forward - [0:0]
${passing("ksp_output", "-o", configuring.out)}-A ksp_output -j DROP
${passing("ksp_input", "-i", configuring.in)}-A ksp_input -j DROP
-A ksp_forward -j DROP
-I OUTPUT 1 -j ksp_output
-I INPUT 1 -j ksp_input
-I FORWARD 1 -j ksp_forward
COMMIT
`;
};

const neighbours = (...types: readonly number[]): readonly string[] =>
  types.map((type) => `-p icmpv6 --icmpv6-type ${type} -m hl --hl-eq 255`);

const routers = neighbours(133).map((solicitation) => `-d ff02::2 ${solicitation}`);

/** IPv6 first; the other family closes as well where one cannot. A kernel without IPv6 may take no rules for it, and needs none. */
const load = `#!/bin/sh
# load.sh lockdown: closed, of literals alone. Loads before the lockdown of the policy, and needs nothing of it.
cd -- "$(dirname -- "$0")" || exit 1
v4=\${KSP_IPTABLES:-iptables}
v6=ip6\${v4#ip}
"$v6-restore" --noflush --wait 10 <lockdown.v6 || { [ -e /proc/sys/net/ipv4 ] && [ ! -e /proc/sys/net/ipv6 ]; }
closed=$?
"$v4-restore" --noflush --wait 10 <lockdown.v4 && exit "$closed"
`;

export const closedFiles: ReadonlyMap<string, string> = new Map([
  ["load.sh", load],
  [
    "lockdown.v4",
    rules({ out: ["-d 255.255.255.255 -p udp --sport 68 --dport 67"], in: ["-p udp --sport 67 --dport 68"] }),
  ],
  [
    "lockdown.v6",
    rules({
      out: ["-d ff02::1:2 -p udp --sport 546 --dport 547", ...neighbours(135, 136), ...routers],
      in: ["-s fe80::/10 -p udp --sport 547 --dport 546", ...neighbours(134, 135, 136)],
    }),
  ],
]);
