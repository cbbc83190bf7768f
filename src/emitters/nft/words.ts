import type { Identity } from "../../ir/policy.ts";
import { type AddressMatch, type Locality, localities, type Match, privateTable } from "../../ir/ruleset.ts";
import type { Family } from "../../net/address.ts";
import { type AddressSet, complement, formatRange } from "../../net/address-set.ts";
import { formatPort, type PortSet } from "../../net/port-set.ts";
import { icmpTypes, icmpv6Types } from "../../net/protocol.ts";
import { type Line, type Piece, piece, product } from "../linux/line.ts";
import { partOf, spokenFamilies } from "../linux/overlap.ts";
import { mostInline, type Sets } from "./sets.ts";
import type { Slices } from "./slices.ts";

/** How sets are written: by name and in braces, or every element in a line of its own (`literals`: loads on any kernel). */
export type Spelling =
  | { readonly kind: "sets"; readonly sets: Sets; readonly slices: Slices }
  | { readonly kind: "literals" };

/** A match that two rules share but for tcp and udp, and whether its rule refuses. */
export type WordedMatch = Match & { readonly alsoUdp?: true; readonly refuses?: true };

/** The lines that together match what a `Match` does, interfaces apart. `owner` names sets that have no name of their own. */
export function matchLines(match: WordedMatch, owner: string, spelling: Spelling): readonly Line[] {
  return familiesOf(match).flatMap((family) => {
    const addresses = (["source", "destination"] as const).flatMap((end) => {
      const asked = match[end];
      return family && asked ? [addressLines(fields[end], asked, family, owner, spelling)] : [];
    });
    const transport = transportLines(match, spelling);
    const isProtocolAlone = match.transport?.kind === "protocol";
    const constraints: (readonly Line[])[] = [
      match.related ? [[piece("related", "ct state related")]] : [[]],
      ...(isProtocolAlone ? [transport] : []),
      ...addresses.filter((lines) => !isLate(lines)),
      ...(isProtocolAlone ? [] : [transport]),
      ...(match.hopLimit
        ? [[[piece("hops", family === "ipv4" ? `ip ttl ${match.hopLimit}` : `ip6 hoplimit ${match.hopLimit}`)]]]
        : []),
      ...addresses.filter(isLate),
      localityLines("saddr . oif", match.sourceLocality),
      localityLines("daddr . iif", match.destinationLocality),
      match.rewritten ? [[piece("rewritten", "ct status dnat")]] : [[]],
      ...(match.owner ? [match.owner.map((all) => all.map((identity) => identityPiece(identity, spelling)))] : []),
    ];
    const lines = product(constraints);
    return family && !lines.every((line) => saysFamily(line))
      ? lines.map((line) => [piece("family", `meta nfproto ${family}`), ...line])
      : lines;
  });
}

const fields = { source: "saddr", destination: "daddr" } as const;

/** A look-up costs most, and what is not one of a few is nearly every packet: both are asked of those that the rest is about. */
const isLate = (lines: readonly Line[]): boolean => lines.some((line) => line.some(({ text }) => /!=|@/.test(text)));

const saysFamily = (line: Line): boolean => line.some(({ kind }) => ["ip", "icmp", "hops"].includes(kind));

/** Undefined: both families in one line. */
function familiesOf(match: Match): readonly (Family | undefined)[] {
  const { source, destination, transport, hopLimit, family } = match;
  if (family === "arp") throw new Error("ARP has a table of its own");
  const isNeutral = !family && !source && !destination && !hopLimit && !transport?.kind.startsWith("icmp");
  return isNeutral ? [undefined] : spokenFamilies(match);
}

// ---- addresses -----------------------------------------------------------------------------------------------------

function addressLines(
  field: "saddr" | "daddr",
  match: AddressMatch,
  family: Family,
  owner: string,
  spelling: Spelling,
): readonly Line[] {
  const set = partOf(match.set, family);
  const words = (text: string): Line => [
    piece("ip", family === "ipv4" ? "ip" : "ip6"),
    piece(field, `${field} ${text}`),
  ];
  // Only a short set can have a complement that is shorter still, or empty.
  if (!match.within && set.length <= mostInline + 1) {
    const others = complement(set, family);
    if (others.length === 0) return [[]];
    if (match.table === undefined && others.length < set.length)
      return [noneOf(others, spelling).flatMap((text) => words(text))];
  }
  // A list is known by the name that its author gave it; well-known ranges by their numbers.
  const isNamed = match.table !== undefined && match.table !== privateTable;
  const isEachALine = spelling.kind === "literals" || (!isNamed && isOfIntervals(set));
  if (isEachALine && (spelling.kind === "literals" || set.length <= mostInline))
    return set.map((range) => words(formatRange(range)));
  const named = spelling.sets.reference(set, family, match.table, owner);
  return [words(named ?? braces(set.map(formatRange)))];
}

/**
 * A look-up in a set of intervals costs 180 ns where a line each costs 25 (Linux 6.18, four of them: `npm run bench`). And a
 * kernel fills such a set only as a transaction ends, when its rules are in force already (measured on Linux 6.18):
 * for that moment nothing is in it, and a rule that refuses what is in it, or accepts what is not, lets packets through. Sets
 * of single values are there at once.
 */
const isOfIntervals = (set: readonly { readonly first: bigint | number; readonly last: bigint | number }[]): boolean =>
  set.length > 1 && set.some(({ first, last }) => first !== last);

/** Not one of several, as conditions that must all hold: one in braces, or one for each literal. */
export const noneOf = (others: AddressSet, spelling: Spelling): readonly string[] =>
  spelling.kind === "literals" || isOfIntervals(others)
    ? others.map((range) => `!= ${formatRange(range)}`)
    : [`!= ${braces(others.map(formatRange))}`];

export const braces = (elements: readonly string[]): string =>
  elements.length === 1 ? (elements[0] ?? "") : `{ ${elements.join(", ")} }`;

const either = (elements: readonly string[], isEachALine: boolean): readonly string[] =>
  isEachALine ? elements : [braces(elements)];

// ---- transport -----------------------------------------------------------------------------------------------------

function transportLines({ transport, alsoUdp, refuses }: WordedMatch, spelling: Spelling): readonly Line[] {
  if (!transport) return [[]];
  switch (transport.kind) {
    case "protocol":
      return [[piece("l4", `meta l4proto ${transport.number}`)]];
    case "icmp":
    case "icmpv6": {
      if (!transport.types) return [[piece("l4", `meta l4proto ${transport.kind === "icmp" ? "icmp" : "ipv6-icmp"}`)]];
      const names = transport.types.map((type) => typeName(transport.kind, type));
      return either(names, spelling.kind === "literals").map((text) => [
        piece("icmp", `${transport.kind} type ${text}`),
      ]);
    }
    default: {
      const word = alsoUdp ? "th" : transport.kind;
      const { sourcePorts, destinationPorts } = transport;
      const l4 = alsoUdp ? "{ tcp, udp }" : transport.kind;
      const isEachALine = (ports: PortSet | undefined): boolean =>
        spelling.kind === "literals" || (refuses === true && isOfIntervals(ports ?? []));
      // Behind the ports: nearly every packet is one of TCP or UDP, and few have these ports.
      const isSaid = alsoUdp || (!sourcePorts && !destinationPorts);
      return product([
        portLines(`${word} sport`, sourcePorts, isEachALine(sourcePorts)),
        portLines(`${word} dport`, destinationPorts, isEachALine(destinationPorts)),
        isSaid ? [[piece("l4", `meta l4proto ${l4}`)]] : [[]],
      ]);
    }
  }
}

const portLines = (words: string, ports: PortSet | undefined, isEachALine: boolean): readonly Line[] =>
  ports ? either(ports.map(formatPort), isEachALine).map((text) => [piece(words.slice(-5), `${words} ${text}`)]) : [[]];

function typeName(kind: "icmp" | "icmpv6", type: number): string {
  const table = kind === "icmp" ? icmpTypes : icmpv6Types;
  return Object.entries(table).find(([, number]) => number === type)?.[0] ?? `${type}`;
}

// ---- the rest ------------------------------------------------------------------------------------------------------

/** The kernel's look-up names three kinds; what is left of it is `elsewhere`, which only a negation can say. */
function localityLines(key: string, wanted: readonly Locality[] | undefined): readonly Line[] {
  if (!wanted) return [[]];
  const text = wanted.includes("elsewhere")
    ? `!= ${braces(localities.filter((l) => !wanted.includes(l)))}`
    : braces(wanted);
  return [[piece("fib", `fib ${key} type ${text}`)]];
}

function identityPiece(identity: Identity, spelling: Spelling): Piece {
  switch (identity.kind) {
    case "mark": {
      const value = `0x${identity.value.toString(16)}`;
      return piece(
        "mark",
        identity.mask === 0xffffffff ? `meta mark ${value}` : `meta mark & 0x${identity.mask.toString(16)} == ${value}`,
      );
    }
    case "user":
      return piece("user", `meta skuid ${identity.id}`);
    case "group":
      return piece("group", `meta skgid ${identity.id}`);
    case "slice":
      if (spelling.kind === "sets") return piece("slice", spelling.slices.match(identity.path));
      throw new Error("a slice is no literal");
    default:
      throw new Error(`nft cannot match a ${identity.kind}`);
  }
}
