import { addressOf } from "../nft/addresses.ts";
import type { Net, Version } from "./program.ts";

const bits = { 4: 32, 6: 128 } as const;

/** An address, or a prefix without bits of a host: pfctl takes `010.0.0.1` for 8.0.0.1, and `10.1/16` and `10.0.0.1/8` for others. */
export function readNet(address: string, length: string | undefined): Net | undefined {
  const version: Version = address.includes(":") ? 6 : 4;
  const first = addressOf(version === 4 ? "ipv4" : "ipv6", address);
  if (first === undefined) return undefined;
  if (length === undefined) return { version, first, last: first };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits[version]) return undefined;
  const hosts = (1n << BigInt(bits[version] - Number(length))) - 1n;
  return (first & hosts) === 0n ? { version, first, last: first | hosts } : undefined;
}
