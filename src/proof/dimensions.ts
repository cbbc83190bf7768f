import type { Connection, Packet } from "../ir/packet.ts";
import { type Direction, localities } from "../ir/ruleset.ts";
import { codeBits } from "./address-classes.ts";
import { Alphabet } from "./alphabet.ts";
import { InterfaceNames } from "./interface-names.ts";
import type { Dimension } from "./packets/layout.ts";
import { type OwnerField, ownerFields, ownerKey, type Vocabulary } from "./vocabulary.ts";

export const directions = new Alphabet<Direction>(["out", "in", "forward"], false);
export const packetFamilies = new Alphabet<Packet["family"]>(["ipv4", "ipv6", "arp"], false);
export const connections = new Alphabet<Connection>(
  ["new", "established-original", "established-reply", "related"],
  false,
);
export const localityAlphabet = new Alphabet(localities, false);
export const rewriting = { no: 0, yes: 1 } as const;
/** Only the first fragment, and what is whole, shows ports and types. */
export const fragments = { whole: 0, first: 1, later: 2 } as const;

/** Where a packet arrives, where it really leaves, and where routing first sent it before a mark or rewriting moved it. */
export const sides = ["in", "out", "routed"] as const;
export type Side = (typeof sides)[number];

/** The alphabets that depend on what rules ask for. */
export interface Names {
  /** Number 0: no interface. Class n of the names has the number n + 1. */
  readonly interfaces: InterfaceNames;
  /** `undefined`: a plain network card. */
  readonly kinds: Alphabet<string | undefined>;
  /** `undefined`: no socket, or nobody knows. */
  readonly owners: Readonly<Record<OwnerField, Alphabet<string | number | undefined>>>;
}

const tunnelKinds = ["loopback", "wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6"];

export function namesOf({ devices, kinds, owners }: Vocabulary): Names {
  const alphabet = (field: OwnerField) =>
    new Alphabet<string | number | undefined>([undefined, ...owners[field]], true, ownerKey(field));
  return {
    interfaces: new InterfaceNames(devices),
    kinds: new Alphabet<string | undefined>([undefined, ...new Set([...tunnelKinds, ...kinds])], true),
    owners: {
      user: alphabet("user"),
      group: alphabet("group"),
      slice: alphabet("slice"),
      program: alphabet("program"),
      service: alphabet("service"),
    },
  };
}

/**
 * The one table of what a packet is made of. The order decides how big sets become: addresses before ports (the other way
 * round twenty times the size), marks and owners last.
 */
export const dimensionsOf = ({ interfaces, kinds, owners }: Names): readonly Dimension[] => [
  { name: "direction", size: directions.size },
  { name: "family", size: packetFamilies.size },
  ...sides.flatMap((side) => [
    { name: `${side}Name`, size: interfaces.samples.length + 1 },
    { name: `${side}Kind`, size: kinds.size },
  ]),
  { name: "connection", size: connections.size },
  { name: "sourceLocality", size: localityAlphabet.size },
  { name: "destinationLocality", size: localityAlphabet.size },
  { name: "rewritten", size: 2 },
  // Codes of `AddressClasses`. ARP has its addresses where IPv4 has them.
  { name: "destination4", bits: codeBits },
  { name: "destination6", bits: codeBits },
  { name: "source4", bits: codeBits },
  { name: "source6", bits: codeBits },
  { name: "protocol", bits: 8 },
  { name: "fragment", size: 3 },
  { name: "destinationPort", bits: 16 },
  { name: "sourcePort", bits: 16 },
  { name: "icmpType", bits: 8 },
  { name: "icmpCode", bits: 8 },
  { name: "hopLimit", bits: 8 },
  ...ownerFields.map((field) => ({ name: field, size: owners[field].size })),
  { name: "mark", bits: 32 },
];
