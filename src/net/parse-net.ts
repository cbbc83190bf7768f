import { parseAddress, width } from "./address.ts";
import { type AddressRange, type AddressSet, addressSet } from "./address-set.ts";

export type NetFault =
  /** no address, or a part out of range */
  | { readonly kind: "malformed" }
  | { readonly kind: "prefix-too-long"; readonly most: number }
  /** `192.168.1.7/24`: names a host and a network at once */
  | { readonly kind: "host-bits"; readonly network: AddressRange; readonly host: string }
  | { readonly kind: "mixed-families" }
  | { readonly kind: "reversed" };

/** Reads an address, a prefix or a range. Host bits are a fault: nft and iptables would mask them away in silence. */
export function parseNet(text: string): AddressRange | NetFault {
  const slash = text.indexOf("/");
  if (slash >= 0) return parsePrefix(text.slice(0, slash), text.slice(slash + 1));
  const dash = text.indexOf("-");
  if (dash >= 0) return parseRange(text.slice(0, dash), text.slice(dash + 1));
  const address = parseAddress(text);
  return address ? { family: address.family, first: address.value, last: address.value } : { kind: "malformed" };
}

export const isFault = (net: AddressRange | NetFault): net is NetFault => "kind" in net;

function parsePrefix(base: string, lengthText: string): AddressRange | NetFault {
  const address = parseAddress(base);
  if (!address || !/^(0|[1-9][0-9]*)$/.test(lengthText)) return { kind: "malformed" };
  const bits = width(address.family);
  const length = Number(lengthText);
  if (length > bits) return { kind: "prefix-too-long", most: bits };
  const hostMask = (1n << BigInt(bits - length)) - 1n;
  const first = address.value & ~hostMask;
  const network = { family: address.family, first, last: first | hostMask };
  return first === address.value ? network : { kind: "host-bits", network, host: base };
}

function parseRange(from: string, to: string): AddressRange | NetFault {
  const first = parseAddress(from);
  const end = parseAddress(to);
  if (!first || !end) return { kind: "malformed" };
  if (first.family !== end.family) return { kind: "mixed-families" };
  if (first.value > end.value) return { kind: "reversed" };
  return { family: first.family, first: first.value, last: end.value };
}

/** The set of addresses that the code itself names, such as well-known groups. Throws on a typing error. */
export function constant(...texts: readonly string[]): AddressSet {
  return addressSet(
    texts.map((text) => {
      const net = parseNet(text);
      if (isFault(net)) throw new Error(`${text}: ${net.kind}`);
      return net;
    }),
  );
}
