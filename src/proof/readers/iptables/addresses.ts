import type { IpFamily, Range } from "./program.ts";

const bits = { ipv4: 32, ipv6: 128 } as const;

/** `10.0.0.0/8`, `fd64::2`, `10.0.0.1-10.0.0.9`; undefined where it is nothing of that family, or has bits of a host. */
export function readRange(text: string, family: IpFamily): Range | undefined {
  const [from = "", to, ...rest] = text.split("-");
  if (rest.length > 0) return undefined;
  if (to !== undefined) {
    const [first, last] = [readAddress(from, family), readAddress(to, family)];
    return first !== undefined && last !== undefined && first <= last ? { first, last } : undefined;
  }
  const [address = "", length, ...more] = text.split("/");
  const first = readAddress(address, family);
  if (first === undefined || more.length > 0) return undefined;
  if (length === undefined) return { first, last: first };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits[family]) return undefined;
  const hosts = (1n << BigInt(bits[family] - Number(length))) - 1n;
  return (first & hosts) === 0n ? { first, last: first | hosts } : undefined;
}

function readAddress(text: string, family: IpFamily): bigint | undefined {
  return family === "ipv4" ? readIpv4(text) : readIpv6(text);
}

function readIpv4(text: string): bigint | undefined {
  const bytes = text.split(".");
  if (bytes.length !== 4 || !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256))
    return undefined;
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function readIpv6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const groupsOf = (part: string): readonly string[] => (part === "" ? [] : part.split(":"));
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const left = 8 - before.length - after.length;
  if (tail === undefined ? left !== 0 : left < 1) return undefined;
  const groups = [...before, ...Array.from({ length: left }, () => "0"), ...after];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
