import { expect, test } from "vitest";
import { compile } from "../../../src/compile.ts";
import type { Target } from "../../../src/ir/targets.ts";
import { type Random, randomOf } from "../../fuzz/random.ts";

/** How many gateways of chance are compiled: `KSP_RANDOM=300` takes ten minutes. */
const { KSP_RANDOM: wanted = "4", KSP_SEED = "1" } = process.env;

/** A machine that forwards. */
const gateway = (statements: readonly string[], addresses = "10.64.0.2/32"): string => `ksp 1
policy gateway
link home {
  interface "br-lan"
  role inside
}
link dmz {
  interface "eth1", "veth*"
  role inside
}
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address ${addresses}
  carries everything
}
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
tunnel site {
  protocol openvpn
  interface "tun0"
  server 198.51.100.9 udp 1194
  carrier user 994
  address assigned
  carries 10.20.0.0/16
}
watch site {
  interface
  heartbeat 10.20.0.1 every 1s lost after 3
}
${statements.join("\n")}
`;

/** What a compile says that nobody's policy is to blame for. */
const bugs = (text: string, targets: readonly Target[]): readonly string[] =>
  compile({ file: "gateway.ksp", text }, { targets })
    .diagnostics.filter(({ code }) => code.startsWith("KSP9"))
    .map(({ message, notes }) => `${message}: ${notes?.join(" ")}\n${text}`);

const names = ["dns 10.64.0.1 through wg0", "ipv6 block"];
const redirected = ["dns 10.64.0.1 through wg0 redirect", "ipv6 block"];
const rewritten = "forward from tunnel wg0 to link home tcp 8443 rewrite to 192.168.50.10 443";

const kept: readonly (readonly [what: string, statements: readonly string[], addresses?: string])[] = [
  [
    "errors about a rewritten flow come by the way of this flow alone",
    [...names, rewritten, "forward from link dmz to tunnel wg0 masquerade"],
  ],
  [
    "and so do answers",
    [
      ...names,
      "forward from link dmz to link home tcp 80 rewrite to 192.168.50.10",
      "forward from tunnel wg0 to link dmz tcp 22",
    ],
  ],
  [
    "they are of its family",
    ["dns 10.64.0.1 through wg0", "ipv6 tunnel", "forward from link dmz to link home tcp 80 rewrite to 192.168.50.10"],
    "10.64.0.2/32, fd64::2/128",
  ],
  ["a redirect changes names, and errors about them", [...redirected, "forward from link dmz to tunnel wg0 udp 123"]],
  ["a redirect changes nothing between tunnels", [...redirected, "forward from tunnel wg0 to tunnel site tcp 25"]],
  [
    "what is rewritten for one link goes to no other",
    [
      ...names,
      rewritten,
      "forward from link home to link dmz tcp 80 rewrite to 192.168.50.20",
      "forward from link home to tunnel wg0",
    ],
    "assigned",
  ],
];

for (const [what, statements, addresses] of kept)
  test(what, () => {
    expect(bugs(gateway(statements, addresses), ["nft"])).toEqual([]);
  });

function anyStatements(random: Random): readonly string[] {
  const some = (text: string): string => (random.chance(0.5) ? text : "");
  const link = (): string => random.pick(["link home", "link dmz"]);
  const tunnel = (): string => random.pick(["tunnel wg0", "tunnel wg0", "tunnel site"]);
  const lan = (): string => some(" 192.168.50.0/24");
  const what = (): string =>
    random.pick(["", " tcp 443", " udp 53", " tcp 80, 8000-8100", " icmp echo-request", " protocol 47"]);
  const service = (): string => `${random.pick(["tcp", "udp"])} ${random.pick(["8443", "1000-1010"])}`;
  const host = (): string => `192.168.50.${random.pick(["10", "11"])}`;
  const forward = (): string =>
    random.pick([
      () => `${link()}${lan()} to ${tunnel()}${what()}${some(" masquerade")}`,
      () => `${tunnel()} to ${link()} ${service()} rewrite to ${host()}${some(" 443")}`,
      () => `${tunnel()} to ${link()}${lan()} ${service()}`,
      () => `${link()} to ${link()} ${service()}`,
      () => `${link()} to ${link()} ${service()} rewrite to ${host()}`,
      () => `tunnel wg0 to tunnel site tcp 25${some(" masquerade")}`,
    ])();
  const forwards = Array.from({ length: 1 + random.below(4) }, () => `forward from ${forward()}`);
  return [...random.pick([names, redirected]), ...new Set(forwards)];
}

test("whatever is forwarded, rewritten and masqueraded", { timeout: 3_600_000 }, () => {
  const random = randomOf(Number(KSP_SEED));
  const found = Array.from({ length: Number(wanted) }, () => {
    const addresses = random.pick(["10.64.0.2/32", "assigned"]);
    return bugs(gateway(anyStatements(random), addresses), ["nft", "iptables"]);
  });
  expect(found.flat()).toEqual([]);
});
