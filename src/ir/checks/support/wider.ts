import { addressIndex } from "../../../net/address-index.ts";
import type { AddressSet } from "../../../net/address-set.ts";
import { canonicalJson } from "../../canonical.ts";
import type { PacketPattern } from "../../policy.ts";
import { hasPorts } from "./transports.ts";

/**
 * Finds the first of many items whose pattern is found to contain another one. Only those are asked that speak of the
 * same owner or of any, of the same single port or of more, and whose far addresses hold the first one of the other:
 * so thousands of statements about single hosts, users or ports are compared with a few others each, not all with all.
 */
export function firstWider<T>(
  items: readonly T[],
  patternOf: (item: T) => PacketPattern,
): (inner: PacketPattern, contains: (outer: T, index: number) => boolean) => T | undefined {
  const groups = new Map<string, number[]>();
  for (const [index, item] of items.entries()) {
    const pattern = patternOf(item);
    const key = keyOf(pattern, ownerOf(pattern), portOf(pattern));
    groups.get(key)?.push(index) ?? groups.set(key, [index]);
  }
  const far = (index: number) => farOf(patternOf(items[index] as T));
  const among = new Map([...groups].map(([key, group]) => [key, holding(group, far)]));
  return (inner, contains) => {
    let first = items.length;
    for (const owner of new Set(["", ownerOf(inner)]))
      for (const port of new Set(["", portOf(inner)]))
        for (const index of among.get(keyOf(inner, owner, port))?.(farOf(inner)) ?? [])
          if (index < first && contains(items[index] as T, index)) first = index;
    return items[first];
  };
}

const keyOf = ({ direction }: PacketPattern, owner: string, port: string): string => `${direction} ${port} ${owner}`;

/** Empty where it is anybody. */
const ownerOf = ({ owner, app }: PacketPattern): string =>
  owner || app !== undefined ? canonicalJson([owner ?? "", app ?? ""]) : "";

/** Empty where it is any port, or several. */
function portOf({ transport }: PacketPattern): string {
  if (!hasPorts(transport) || transport.destinationPorts?.length !== 1) return "";
  const [port] = transport.destinationPorts;
  return port && port.first === port.last ? `${transport.kind}-${port.first}` : "";
}

/** So few are asked sooner than sorted: they may be long lists. */
const few = 10;

/** Those of a group that may hold all of a set, or of everything. */
function holding(
  group: readonly number[],
  farOf: (index: number) => AddressSet | undefined,
): (far: AddressSet | undefined) => readonly number[] {
  if (group.length < few) return () => group;
  const anywhere = group.filter((index) => !farOf(index));
  const found = addressIndex(group.map((index) => farOf(index) ?? []));
  return (far) => {
    const first = far?.[0];
    if (!first) return anywhere;
    const some = found({ family: first.family, value: first.first });
    return [...anywhere, ...some.map((place) => group[place] as number)];
  };
}

/** Whom a packet is exchanged with. */
const farOf = ({ direction, source, destination }: PacketPattern): AddressSet | undefined =>
  direction === "in" ? source : destination;
