export interface PortRange {
  readonly first: number;
  readonly last: number;
}
/** Canonical: sorted, disjoint, adjacent ranges merged. */
export type PortSet = readonly PortRange[];

export function portSet(ranges: Iterable<PortRange>): PortSet {
  const merged: PortRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous && range.first <= previous.last + 1) {
      merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
    } else merged.push(range);
  }
  return merged;
}

export const ports = (...numbers: readonly number[]): PortSet => portSet(numbers.map((n) => ({ first: n, last: n })));
export const containsPort = (set: PortSet, port: number): boolean => set.some((r) => r.first <= port && port <= r.last);
export const portsOverlap = (a: PortSet, b: PortSet): boolean =>
  a.some((x) => b.some((y) => x.first <= y.last && y.first <= x.last));
export const arePortsIn = (a: PortSet, b: PortSet): boolean =>
  a.every((x) => b.some((y) => y.first <= x.first && x.last <= y.last));
export const formatPort = ({ first, last }: PortRange): string => (first === last ? `${first}` : `${first}-${last}`);
export const formatPorts = (set: PortSet): string => set.map(formatPort).join(", ");
