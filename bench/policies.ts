import { randomNumbers } from "../test/fuzz/random.ts";

/** A policy of many statements, most of them in fragments, of the kinds that grow: what a company's laptop might have. */
export interface Project {
  readonly policy: string;
  /** Path → text of every fragment. */
  readonly fragments: ReadonlyMap<string, string>;
}

/** `statements` is their number in all files together, up to 60,000. */
export function project(statements: number, fragments: number): Project {
  const share = Math.floor(statements / fragments);
  const texts = Array.from({ length: fragments }, (_, n) => fragment(n, share));
  const imports = texts.map((_, n) => `import "part-${n}.ksp" {\n  site = 203.0.${n}.0/24\n}`);
  return { policy: home(imports), fragments: new Map(texts.map((text, n) => [`part-${n}.ksp`, text])) };
}

/** Half denies and a quarter exemptions of single hosts, the rest claims and lists; every address another one. */
function fragment(n: number, share: number): string {
  const lines = Array.from({ length: share }, (_, i) => {
    const host = `${20 + n}.${(i >> 8) & 255}.${i & 255}.7`;
    switch (i % 8) {
      case 0:
        return `list part-${n}-${i} = ${host}, $site`;
      case 1:
        return `deny out to @part-${n}-${i - 1} udp ${1 + (i % 50)}`;
      case 2:
      case 3:
        return `allow out to ${host} tcp 443 on uplink reason "service ${i}" owner "team-${n}"`;
      case 4:
        return `expect drop out user 1000 to ${host} udp 443 on uplink`;
      default:
        return `deny out to ${host} tcp ${1 + (i % 60_000)}`;
    }
  });
  return `ksp 1\nfragment part-${n}\nparam site network\n${lines.join("\n")}\n`;
}

export const home = (more: readonly string[]): string => `ksp 1
policy fleet
link uplink {
  interface "eth0"
  role outside
}
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}
dns 10.64.0.1 through wg0
ipv6 block
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
${more.join("\n")}
`;

/** Half of the prefixes is an exemption, half a deny; half of each is IPv4. Prefixes of 24 to 32 and 48 to 64 bits, none twice, in no order. */
export function lists(prefixes: number): string {
  const random = randomNumbers(prefixes);
  const half = prefixes / 2;
  const list = (offset: number): string =>
    shuffled(
      Array.from({ length: half }, (_, i) => (i % 2 === 0 ? ipv4(offset + i / 2, random) : ipv6(offset + i, random))),
      random,
    ).join(", ");
  return `ksp 1
policy lists
link uplink {
  interface "eth0"
  role outside
}
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier linux mark 0x6b73/0xffff
  carrier windows service "WireGuardTunnel$wg0"
  carrier macos user 0
  address 10.64.0.2/32, fd64::2/128
  carries everything
}
list exempt = ${list(0)}
list blocked = ${list(half)}
dns 10.64.0.1 through wg0
ipv6 tunnel
allow dhcp on uplink
allow out to @exempt tcp 443 on uplink
deny out to @blocked
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
`;
}

/** Every second /24, so that no two merge. */
function ipv4(n: number, random: () => number): string {
  const [bits, first] = [24 + Math.floor(random() * 9), 0x14000000 + n * 512];
  return `${first >>> 24}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.0/${bits}`;
}

function ipv6(n: number, random: () => number): string {
  const bits = 48 + Math.floor(random() * 17);
  return `2a${(n >>> 15).toString(16).padStart(2, "0")}:${((n & 0x7fff) * 2 + 1).toString(16)}:0:0:0:0:0:0/${bits}`;
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
