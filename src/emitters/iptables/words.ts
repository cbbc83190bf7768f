import type { Device, Identity } from "../../ir/policy.ts";
import { type AddressMatch, type InterfaceSet, type Locality, localities, type Match } from "../../ir/ruleset.ts";
import { type Family, formatAddress } from "../../net/address.ts";
import { type AddressRange, complement, formatRange, prefixLength } from "../../net/address-set.ts";
import { controlGroup } from "../../net/control-group.ts";
import type { PortRange, PortSet } from "../../net/port-set.ts";
import type { InterfaceClass, Side } from "../linux/classes.ts";
import { type Line, type Piece, piece, product } from "../linux/line.ts";
import { partOf, spokenFamilies } from "../linux/overlap.ts";
import { mostInline, type Sets } from "./sets.ts";

/** `literals`: loads where there are no sets. */
export type Spelling = { readonly kind: "sets"; readonly sets: Sets } | { readonly kind: "literals" };

/** The lines that together match what a `Match` does of one family, interfaces apart; none where it is not about the family. */
function matchLines(match: Match, family: Family, owner: string, spelling: Spelling): readonly Line[] {
  if (match.family === "arp") throw new Error("iptables has no word for it");
  if (!spokenFamilies(match).includes(family)) return [];
  const [source, destination] = [
    addressLines("s", match.source, family, owner, spelling),
    addressLines("d", match.destination, family, owner, spelling),
  ];
  const lines = product([
    match.related ? [[piece("state", "-m conntrack --ctstate RELATED")]] : [[]],
    source,
    destination,
    transportLines(match.transport),
    match.hopLimit ? [[piece("hops", `${hopModule[family]} ${match.hopLimit}`)]] : [[]],
    localityLines("--src-type", "--limit-iface-out", match.sourceLocality, family),
    localityLines("--dst-type", "--limit-iface-in", match.destinationLocality, family),
    match.rewritten ? [[piece("rewritten", "-m conntrack --ctstate DNAT")]] : [[]],
    match.owner ? match.owner.map((all) => all.map(identityPiece)) : [[]],
  ]);
  return lines.map(inPlace);
}

/** The same, with the interfaces that the match still asks for: a chain is reached by one, so only forwarded packets ask for the other. */
export function wholeLines(match: Match, family: Family, owner: string, spelling: Spelling): readonly Line[] {
  const { inInterface, outInterface } = match;
  const names = product([namedInterfaces("iif", inInterface), namedInterfaces("oif", outInterface)]);
  return product([names, matchLines(match, family, owner, spelling)]).map(inPlace);
}

function namedInterfaces(side: Side, set: InterfaceSet | undefined): readonly Line[] {
  if (!set) return [[]];
  if (set.kind === "one-of") return set.zones.flatMap((zone) => interfaceLines({ kind: "zone", zone }, side));
  if (set.kind === "loopback") return interfaceLines({ kind: "loopback" }, side);
  throw new Error("an interface is matched by its name, never by not having one");
}

const inPlace = (line: Line): Line => [...line].sort((a, b) => placeOf(a) - placeOf(b));

const hopModule = { ipv4: "-m ttl --ttl-eq", ipv6: "-m hl --hl-eq" } as const;

/** Addresses, interfaces and protocol first, as iptables lists them. */
const placeOf = ({ kind }: Piece): number => ["s", "d", "interface", "p"].indexOf(kind) + 1 || 9;

export const established: Line = [piece("state", "-m conntrack --ctstate ESTABLISHED --ctdir REPLY")];

export const comment = (from: string): Piece => piece("comment", `-m comment --comment ${from}`);

/** Holds everything while it has time left, and then nothing: whoever has died meanwhile. */
export const timerSet = (family: Family): string => `ksp_portal_open_${family === "ipv4" ? "v4" : "v6"}`;
export const timer = (family: Family): Piece => piece("timer", `-m set --match-set ${timerSet(family)} dst`);

// ---- addresses -----------------------------------------------------------------------------------------------------

function addressLines(
  end: "s" | "d",
  match: AddressMatch | undefined,
  family: Family,
  owner: string,
  spelling: Spelling,
): readonly Line[] {
  if (!match) return [[]];
  const set = partOf(match.set, family);
  const side = end === "s" ? "src" : "dst";
  if (match.within) {
    const name = spelling.kind === "sets" && spelling.sets.refreshed(match, family);
    if (!name) throw new Error("a set that is refreshed is no literal");
    return [[piece("set", `-m set --match-set ${name} ${side}`)]];
  }
  // Only a short set can have a complement that is shorter still, or empty.
  if (set.length <= mostInline + 1) {
    const others = complement(set, family);
    if (others.length === 0) return [[]];
    if (others.length < set.length) return [others.map((range, i) => among(end, range, "! ", i === 0))];
  }
  const named = spelling.kind === "sets" ? spelling.sets.reference(set, family, match.table, owner) : undefined;
  if (named !== undefined) return [[piece("set", `-m set --match-set ${named} ${side}`)]];
  return set.map((range) => [among(end, range, "")]);
}

/** A rule has one prefix at most, and any number of ranges. */
function among(end: "s" | "d", range: AddressRange, not: "! " | "", mayBePrefix = true): Piece {
  if (mayBePrefix && prefixLength(range) !== undefined) return piece(end, `${not}-${end} ${formatRange(range)}`);
  const [first, last] = [range.first, range.last].map((value) => formatAddress({ family: range.family, value }));
  return piece("range", `-m iprange ${not}--${end === "s" ? "src" : "dst"}-range ${first}-${last}`);
}

// ---- transport -----------------------------------------------------------------------------------------------------

function transportLines(transport: Match["transport"]): readonly Line[] {
  if (!transport) return [[]];
  switch (transport.kind) {
    case "protocol":
      return [[piece("p", `-p ${transport.number}`)]];
    case "icmp":
    case "icmpv6": {
      const { kind, types } = transport;
      return types
        ? types.map((type) => [piece("p", `-p ${kind} --${kind}-type ${typeName(kind, type)}`)])
        : [[piece("p", `-p ${kind}`)]];
    }
    default: {
      const { kind, sourcePorts, destinationPorts } = transport;
      const ports = (end: "s" | "d", set: PortSet | undefined): readonly string[] => (set ? portWords(end, set) : [""]);
      // Behind -m multiport the options of the protocol would be taken for its own.
      return ports("s", sourcePorts).flatMap((from) =>
        ports("d", destinationPorts).map((to) => [
          piece("p", `-p ${kind}${from.includes(" -m ") ? to + from : from + to}`),
        ]),
      );
    }
  }
}

/** `-m multiport` takes fifteen numbers, and a range is two of them. */
const mostPorts = 15;

function portWords(end: "s" | "d", set: PortSet): readonly string[] {
  const [only, ...more] = set;
  if (only && more.length === 0) return [` --${end}port ${portText(only)}`];
  const groups: PortRange[][] = [[]];
  const sizeOf = (group: readonly PortRange[]) =>
    group.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0);
  for (const range of set) {
    const group = groups.at(-1) ?? [];
    if (sizeOf([...group, range]) > mostPorts) groups.push([range]);
    else group.push(range);
  }
  return groups.map((group) => ` -m multiport --${end}ports ${group.map(portText).join(",")}`);
}

const portText = ({ first, last }: PortRange): string => (first === last ? `${first}` : `${first}:${last}`);

/** Where iptables has a name for all codes of a type, that. */
const typeName = (kind: "icmp" | "icmpv6", type: number): string => typeNames[kind].get(type) ?? `${type}`;
const typeNames = {
  icmp: new Map([
    [0, "echo-reply"],
    [3, "destination-unreachable"],
    [8, "echo-request"],
    [11, "time-exceeded"],
    [12, "parameter-problem"],
  ]),
  icmpv6: new Map([
    [1, "destination-unreachable"],
    [2, "packet-too-big"],
    [3, "time-exceeded"],
    [4, "parameter-problem"],
    [128, "echo-request"],
    [129, "echo-reply"],
    [133, "router-solicitation"],
    [134, "router-advertisement"],
    [135, "neighbour-solicitation"],
    [136, "neighbour-advertisement"],
  ]),
} as const;

// ---- the rest ------------------------------------------------------------------------------------------------------

/** One type a question: for IPv6 the kernel takes several for "all of them". There is no broadcast there. */
function localityLines(
  field: string,
  side: string,
  wanted: readonly Locality[] | undefined,
  family: Family,
): readonly Line[] {
  if (!wanted) return [[]];
  const known = localities.filter((type) => type !== "elsewhere" && (type !== "broadcast" || family === "ipv4"));
  const word = (type: Locality, not: "! " | ""): Piece =>
    piece("addrtype", `-m addrtype ${not}${field} ${type.toUpperCase()} ${side}`);
  if (wanted.includes("elsewhere"))
    return [known.filter((type) => !wanted.includes(type)).map((type) => word(type, "! "))];
  return known.filter((type) => wanted.includes(type)).map((type) => [word(type, "")]);
}

function identityPiece(identity: Identity): Piece {
  switch (identity.kind) {
    case "mark": {
      const mask = identity.mask === 0xffffffff ? "" : `/0x${identity.mask.toString(16)}`;
      return piece("mark", `-m mark --mark 0x${identity.value.toString(16)}${mask}`);
    }
    case "user":
      return piece("user", `-m owner --uid-owner ${identity.id}`);
    case "group":
      return piece("group", `-m owner --gid-owner ${identity.id}`);
    case "slice":
      return piece("slice", `-m cgroup --path ${controlGroup(identity.path)}`);
    default:
      throw new Error(`iptables cannot match a ${identity.kind}`);
  }
}

const nameOf = (device: Device): string => {
  if (device.kind === "utun") throw new Error("utun is an interface of macOS");
  return device.kind === "named" ? device.name : `${device.prefix}+`;
};

/** One line a device, by name alone: iptables knows no kinds. */
export function interfaceLines(of: InterfaceClass, side: Side): readonly Line[] {
  const option = side === "iif" ? "-i" : "-o";
  if (of.kind === "rest") return [[]];
  const names = of.kind === "loopback" ? ["lo"] : of.zone.devices.map(nameOf);
  return names.map((name) => [piece("interface", `${option} ${name}`)]);
}
