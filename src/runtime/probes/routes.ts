import { type Address, type Family, families, formatAddress, parseAddress } from "../../net/address.ts";
import {
  type AddressRange,
  type AddressSet,
  addressSet,
  formatRange,
  intersect,
  isSubset,
  ofFamily,
  overlaps,
} from "../../net/address-set.ts";
import { constant, isFault, parseNet } from "../../net/parse-net.ts";
import { run } from "../system/program.ts";

/** A stretch of addresses that all go the same way. */
export interface Way {
  readonly range: AddressRange;
  /** Absent: nowhere. */
  readonly device: string | undefined;
}

/** A route of any table, as far as it cuts the addresses into stretches. */
export interface Route {
  readonly range: AddressRange;
  readonly device: string | undefined;
  /** The kernel made it for an address of an interface. */
  readonly isConnected: boolean;
}

/** More would take too long to ask of the kernel one by one, again and again. */
const most = 5_000;

/** The ways of all addresses of `watched`, each asked of the kernel; undefined where it cannot be told. */
export async function readWays(
  watched: AddressSet,
): Promise<{ readonly ways: readonly Way[]; readonly routes: readonly Route[] } | undefined> {
  const routes: Route[] = [];
  for (const family of families) {
    if (ofFamily(watched, family).length === 0) continue;
    const command = ["ip", family === "ipv4" ? "-4" : "-6", "-j", "route", "show", "table", "all"];
    const { status, stdout } = await run(command, { milliseconds: 5_000 });
    const found = status === 0 ? parseRoutes(stdout, family) : undefined;
    if (!found) return undefined;
    routes.push(...found);
  }
  const pieces = cut(watched, routes);
  if (pieces.length > most) return undefined;
  const samples = pieces.map(middle);
  const asked = samples.map((address) => `route get ${address}\n`).join("");
  // An address that goes nowhere is an error for `ip`, and no reason to stop.
  const { status, stdout } = await run(["ip", "-j", "-force", "-batch", "-"], { input: asked, milliseconds: 10_000 });
  if (status === null) return undefined;
  const devices = parseGets(stdout);
  return { routes, ways: pieces.map((range, i) => ({ range, device: devices.get(samples[i] ?? "") })) };
}

/** The ends of a stretch may be special: `0.0.0.0` is this machine, `255.255.255.255` everybody. */
const middle = ({ family, first, last }: AddressRange): string =>
  formatAddress({ family, value: first + (last - first) / 2n });

export function parseRoutes(json: string, family: Family): readonly Route[] | undefined {
  const listed = parseArray(json === "" ? "[]" : json);
  return listed?.flatMap((entry): Route[] => {
    const { dst, dev, protocol } = entry;
    const net = typeof dst !== "string" ? undefined : dst === "default" ? everyAddress(family) : parseNet(dst);
    if (net === undefined || isFault(net)) return [];
    return [{ range: net, device: typeof dev === "string" ? dev : undefined, isConnected: protocol === "kernel" }];
  });
}

const everyAddress = (family: Family) => parseNet(family === "ipv4" ? "0.0.0.0/0" : "::/0");

/** Answers to `route get`, one array a line: address → interface. */
export function parseGets(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split("\n"))
    for (const { dst, dev } of parseArray(line) ?? []) {
      const address: Address | undefined = typeof dst === "string" ? parseAddress(dst) : undefined;
      if (address && typeof dev === "string") found.set(formatAddress(address), dev);
    }
  return found;
}

function parseArray(json: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The watched addresses in stretches that no route divides. */
export function cut(watched: AddressSet, routes: readonly Route[]): readonly AddressRange[] {
  return families.flatMap((family) => {
    const starts = new Set<bigint>();
    for (const { range } of routes) {
      if (range.family !== family) continue;
      starts.add(range.first);
      starts.add(range.last + 1n);
    }
    const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
    return ofFamily(watched, family).flatMap((range) => {
      const inside = sorted.filter((start) => start > range.first && start <= range.last);
      return [range.first, ...inside].map((first, i) => ({
        family,
        first,
        last: (inside[i] ?? range.last + 1n) - 1n,
      }));
    });
  });
}

export interface Judgement {
  readonly good: boolean;
  readonly why: string;
  /** More specific routes that lead elsewhere, and are neither the machine's own networks nor the tunnel's server. */
  readonly foreign: readonly string[];
}

/** All of IPv6 that is given out; what OpenVPN calls the whole of it is little more. */
const givenOut = constant("2000::/3");

/**
 * Most of every watched prefix must lead into the tunnel. What more specific routes take away is reported, and closes where
 * it is half of a prefix or more: an attacker's `0.0.0.0/1` does, the network of this room does not.
 */
export function judgeRoutes(
  watched: AddressSet,
  { ways, routes }: { readonly ways: readonly Way[]; readonly routes: readonly Route[] },
  isTunnel: (device: string) => boolean,
  servers: AddressSet,
): Judgement {
  const elsewhere = ways.filter(({ device }) => device === undefined || !isTunnel(device));
  const taken = addressSet(elsewhere.map(({ range }) => range));
  const lost = watched.find((prefix) => {
    const judged = isSubset(givenOut, [prefix]) ? givenOut : [prefix];
    return size(intersect(judged, taken)) * 2n >= size(judged);
  });
  const foreign = routes.filter(
    ({ range, device, isConnected }) =>
      device !== undefined &&
      !isTunnel(device) &&
      !isConnected &&
      !isSubset([range], servers) &&
      // A shorter one, such as the default route of the link, is what the tunnel's routes are there to beat.
      watched.some((prefix) => isSubset([range], [prefix]) && size([range]) < size([prefix])) &&
      overlaps([range], taken),
  );
  const [way] = elsewhere
    .filter(({ range }) => lost && overlaps([range], [lost]))
    .toSorted((a, b) => (size([a.range]) < size([b.range]) ? 1 : -1));
  return {
    good: lost === undefined,
    why: lost ? `${formatRange(lost)} leads ${way?.device ? `to ${way.device}` : "nowhere"}` : "routes lead into it",
    foreign: [...new Set(foreign.map(({ range, device }) => `${formatRange(range)} dev ${device}`))],
  };
}

const size = (set: AddressSet): bigint => set.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
