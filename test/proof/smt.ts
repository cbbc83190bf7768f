import { belongsTo } from "../../src/ir/evaluate.ts";
import type { Interface } from "../../src/ir/packet.ts";
import type { Identity } from "../../src/ir/policy.ts";
import {
  type AddressMatch,
  type Direction,
  type InterfaceSet,
  type Locality,
  localities,
  type Match,
  type Rule,
  type Ruleset,
} from "../../src/ir/ruleset.ts";
import type { PortSet } from "../../src/net/port-set.ts";
import { protocolNumber, type Transport } from "../../src/net/protocol.ts";

/** A ruleset as a formula over bit-vectors, written from the meaning of rules and without a packet set in sight. */

export const fields = {
  direction: 2,
  family: 2,
  in: 16,
  out: 16,
  connection: 2,
  sourceLocality: 2,
  destinationLocality: 2,
  rewritten: 1,
  source4: 32,
  source6: 128,
  destination4: 32,
  destination6: 128,
  protocol: 8,
  hasHeader: 1,
  sourcePort: 16,
  destinationPort: 16,
  icmpType: 8,
  hopLimit: 8,
  user: 8,
  group: 8,
  slice: 8,
  program: 8,
  service: 8,
  mark: 32,
} as const satisfies Readonly<Record<string, number>>;
type Field = keyof typeof fields;

export const directions: readonly Direction[] = ["out", "in", "forward"];
export const families = ["ipv4", "ipv6", "arp"] as const;
export const connections = ["new", "established-original", "established-reply", "related"] as const;

/** The interfaces and owners that there are; number 0 of each is: none. */
export interface World {
  readonly devices: readonly Interface[];
  readonly owners: Readonly<Record<"user" | "group" | "slice" | "program" | "service", readonly (string | number)[]>>;
}

const and = (...all: readonly string[]): string => `(and true ${all.join(" ")})`;
const or = (...all: readonly string[]): string => `(or false ${all.join(" ")})`;
const number = (field: Field, value: bigint | number): string => `(_ bv${value} ${fields[field]})`;
const is = (field: Field, ...values: readonly (bigint | number)[]): string =>
  or(...values.map((value) => `(= ${field} ${number(field, value)})`));
const between = (field: Field, first: bigint | number, last: bigint | number): string =>
  `(and (bvule ${number(field, first)} ${field}) (bvule ${field} ${number(field, last)}))`;

/** Which field of the packet stands for which of the match: the same, or the other end's. */
interface Ends {
  readonly source: "source" | "destination";
  readonly destination: "source" | "destination";
  readonly in: "in" | "out";
  readonly out: "in" | "out";
  readonly type: (kind: "icmp" | "icmpv6", type: number) => number;
}
const own: Ends = { source: "source", destination: "destination", in: "in", out: "out", type: (_, type) => type };
const turned: Ends = {
  source: "destination",
  destination: "source",
  in: "out",
  out: "in",
  type(kind, type) {
    if (kind === "icmpv6") return type === 128 ? 129 : type === 129 ? 128 : type;
    return ({ 0: 8, 8: 0, 13: 14, 14: 13 } as Readonly<Record<number, number>>)[type] ?? type;
  },
};

/** Every packet is one: numbers stay within their lists, and an absent interface is no interface. */
export const existing = (world: World): string =>
  and(
    between("direction", 0, 2),
    between("family", 0, 2),
    between("in", 0, world.devices.length),
    between("out", 0, world.devices.length),
    ...Object.entries(world.owners).map(([field, names]) => between(field as Field, 0, names.length)),
  );

export function accepts(ruleset: Ruleset, world: World): string {
  const judged = directions.map((direction, i) => {
    const opposite = ({ out: "in", in: "out", forward: "forward" } as const)[direction];
    const opening = first(
      ruleset.rules.filter((rule) => rule.direction === direction),
      (rule) => and(matches(rule.match, own, world), rule.match.owner ? owned(rule.match.owner, world) : "true"),
    );
    const answered = first(
      ruleset.rules.filter((rule) => rule.direction === opposite && counts(rule)),
      (rule) => matches(rule.match, turned, world),
    );
    return and(is("direction", i), or(opening, and(is("connection", 2), answered)));
  });
  return or(...judged);
}

const counts = ({ match, verdict, replies }: Rule): boolean =>
  !match.related && (verdict.kind === "accept" ? replies : !match.owner);

const first = (rules: readonly Rule[], matches: (rule: Rule) => string): string =>
  rules.reduceRight((rest, rule) => `(ite ${matches(rule)} ${rule.verdict.kind === "accept"} ${rest})`, "false");

function matches(match: Match, ends: Ends, world: World): string {
  const { family, inInterface, outInterface, source, destination, transport } = match;
  const locality = (end: "source" | "destination", wanted: readonly Locality[] | undefined) =>
    wanted ? is(`${ends[end]}Locality`, ...wanted.map((l) => localities.indexOf(l))) : "true";
  return and(
    family === undefined ? is("family", 0, 1) : is("family", families.indexOf(family)),
    crosses(ends.in, inInterface, world),
    crosses(ends.out, outInterface, world),
    source ? address(ends.source, source) : "true",
    destination ? address(ends.destination, destination) : "true",
    locality("source", match.sourceLocality),
    locality("destination", match.destinationLocality),
    transport ? carried(transport, ends) : "true",
    match.hopLimit === undefined ? "true" : is("hopLimit", match.hopLimit),
    match.rewritten ? is("rewritten", 1) : "true",
    // The packet that is answered is never a related one.
    match.related ? (ends === own ? is("connection", 3) : "false") : "true",
  );
}

const address = (end: "source" | "destination", { set }: AddressMatch): string =>
  or(
    ...set.map(({ family, first, last }) =>
      family === "ipv4"
        ? and(is("family", 0, 2), between(`${end}4`, first, last))
        : and(is("family", 1), between(`${end}6`, first, last)),
    ),
  );

function carried(transport: Transport, ends: Ends): string {
  const header = is("hasHeader", 1);
  const port = (end: "source" | "destination", ports: PortSet | undefined) =>
    ports ? and(header, or(...ports.map((r) => between(`${ends[end]}Port`, r.first, r.last)))) : "true";
  const protocol = is("protocol", protocolNumber(transport));
  switch (transport.kind) {
    case "tcp":
    case "udp":
      return and(protocol, port("source", transport.sourcePorts), port("destination", transport.destinationPorts));
    case "icmp":
    case "icmpv6": {
      const { kind, types } = transport;
      const asked = types ? and(header, is("icmpType", ...types.map((type) => ends.type(kind, type)))) : "true";
      return and(protocol, is("family", kind === "icmp" ? 0 : 1), asked);
    }
    case "protocol":
      return protocol;
  }
}

function crosses(side: "in" | "out", wanted: InterfaceSet | undefined, { devices }: World): string {
  if (!wanted) return "true";
  const fitting = devices.flatMap((device, i) => {
    const isLoopback = device.kind === "loopback";
    if (wanted.kind === "loopback") return isLoopback ? [i + 1] : [];
    const isNamed = wanted.zones.some((zone) => belongsTo(zone, device));
    return !isLoopback && isNamed === (wanted.kind === "one-of") ? [i + 1] : [];
  });
  return is(side, ...fitting);
}

const owned = (wanted: readonly (readonly Identity[])[], world: World): string =>
  or(...wanted.map((all) => and(...all.map((identity) => isIdentity(identity, world)))));

function isIdentity(identity: Identity, { owners }: World): string {
  if (identity.kind === "mark")
    return `(= (bvand mark ${number("mark", identity.mask)}) ${number("mark", identity.value)})`;
  const name = "path" in identity ? identity.path : "id" in identity ? identity.id : identity.name;
  const index = name === undefined ? -1 : owners[identity.kind].indexOf(name);
  return index < 0 ? "false" : is(identity.kind, index + 1);
}
