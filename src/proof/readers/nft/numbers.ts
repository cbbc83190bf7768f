/** Names that nftables has for numbers: `nft describe icmp type`, `nft describe icmpv6 type`, `nft describe meta l4proto`. */
export const protocolNames: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["igmp", 2],
  ["tcp", 6],
  ["udp", 17],
  ["dccp", 33],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["ipv6-icmp", 58],
  ["icmpv6", 58],
  ["sctp", 132],
  ["udplite", 136],
]);

export const icmpNames = {
  ipv4: new Map([
    ["echo-reply", 0],
    ["destination-unreachable", 3],
    ["source-quench", 4],
    ["redirect", 5],
    ["echo-request", 8],
    ["router-advertisement", 9],
    ["router-solicitation", 10],
    ["time-exceeded", 11],
    ["parameter-problem", 12],
    ["timestamp-request", 13],
    ["timestamp-reply", 14],
    ["info-request", 15],
    ["info-reply", 16],
    ["address-mask-request", 17],
    ["address-mask-reply", 18],
  ]),
  ipv6: new Map([
    ["destination-unreachable", 1],
    ["packet-too-big", 2],
    ["time-exceeded", 3],
    ["parameter-problem", 4],
    ["echo-request", 128],
    ["echo-reply", 129],
    ["mld-listener-query", 130],
    ["mld-listener-report", 131],
    ["mld-listener-done", 132],
    ["mld-listener-reduction", 132],
    ["nd-router-solicit", 133],
    ["nd-router-advert", 134],
    ["nd-neighbor-solicit", 135],
    ["nd-neighbor-advert", 136],
    ["nd-redirect", 137],
    ["router-renumbering", 138],
    ["ind-neighbor-solicit", 141],
    ["ind-neighbor-advert", 142],
    ["mld2-listener-report", 143],
  ]),
} as const;

/** Of the families that ksp writes: `inet` and `arp`. */
export const priorityNames: ReadonlyMap<string, number> = new Map([
  ["raw", -300],
  ["mangle", -150],
  ["dstnat", -100],
  ["filter", 0],
  ["security", 50],
  ["srcnat", 100],
]);

/** Plain digits, or hexadecimal; undefined: no number, or one that is too high. */
export function numberOf(word: string, highest: number): number | undefined {
  if (!/^(0|[1-9][0-9]*|0x[0-9a-f]+)$/.test(word)) return undefined;
  const number = Number(word);
  return number <= highest ? number : undefined;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `300s`, `1h30m` in milliseconds. */
export function durationOf(word: string): number | undefined {
  if (!/^([0-9]+(ms|s|m|h|d))+$/.test(word)) return undefined;
  return [...word.matchAll(/([0-9]+)(ms|s|m|h|d)/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
}
