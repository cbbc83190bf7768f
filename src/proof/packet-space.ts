import type { Packet } from "../ir/packet.ts";
import type { Identity, Tunnel } from "../ir/policy.ts";
import type { AddressMatch, Direction, InterfaceSet, Zone } from "../ir/ruleset.ts";
import { type Family, last } from "../net/address.ts";
import { type AddressSet, ofFamily } from "../net/address-set.ts";
import type { PortSet } from "../net/port-set.ts";
import { AddressClasses, type Addresses } from "./address-classes.ts";
import { dimensionsOf, directions, type Names, namesOf, packetFamilies, type Side } from "./dimensions.ts";
import type { Range } from "./packets/layout.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { Space, type SpaceOptions } from "./packets/space.ts";
import { ownerName, type Vocabulary } from "./vocabulary.ts";

/**
 * The packets of `src/ir/packet.ts`, and more that only a backend asks for (where a packet was routed first, fragments, ICMP
 * codes), as dimensions. Make one space a proof, with the names of everything that is to be compared:
 *
 *     const space = new PacketSpace(vocabularyOf([...plan.states, plan.lockdown]));
 *     const passing = accepted(ruleset, space);                       // a PacketSet
 *     const leaks = passing.intersect(space.direction("out")).minus(intent).intersect(wellFormed(space));
 *     if (!leaks.isEmpty()) describe(witness(leaks, space));
 */
export class PacketSpace extends Space {
  readonly names: Names;
  readonly classes: Readonly<Record<Family, AddressClasses>>;
  readonly #addresses = new WeakMap<Addresses, Map<string, PacketSet>>();

  constructor(vocabulary: Vocabulary, options?: SpaceOptions) {
    const names = namesOf(vocabulary);
    super(dimensionsOf(names), options);
    this.names = names;
    this.classes = {
      ipv4: new AddressClasses(last("ipv4"), vocabulary.addresses.ipv4),
      ipv6: new AddressClasses(last("ipv6"), vocabulary.addresses.ipv6),
    };
  }

  direction(...wanted: readonly Direction[]): PacketSet {
    return this.is("direction", ...wanted.map((direction) => directions.numberOf(direction)));
  }

  family(...wanted: readonly Packet["family"][]): PacketSet {
    return this.is("family", ...wanted.map((family) => packetFamilies.numberOf(family)));
  }

  /** Where there is an interface at all on that side. */
  has(side: Side): PacketSet {
    return this.is(`${side}Name`, 0).complement();
  }

  interfaces(side: Side, wanted: InterfaceSet): PacketSet {
    const isLoopback = this.is(`${side}Kind`, this.names.kinds.numberOf("loopback"));
    if (wanted.kind === "loopback") return this.has(side).intersect(isLoopback);
    const zones = this.none.union(...wanted.zones.map((zone) => this.#zone(side, zone)));
    const others = this.has(side).minus(isLoopback);
    return wanted.kind === "one-of" ? others.intersect(zones) : others.minus(zones);
  }

  address(end: End, family: Packet["family"], set: AddressSet, inside: PacketSet): PacketSet {
    return this.addresses(end, family, ofFamily(set, family === "ipv6" ? "ipv6" : "ipv4"), inside);
  }

  /** IPv4 and ARP have their addresses in one dimension; a list is made once, however many rules name it. */
  addresses(end: End, family: Packet["family"], set: Addresses, inside: PacketSet): PacketSet {
    const dimension = `${end}${family === "ipv6" ? 6 : 4}`;
    const key = `${dimension} ${inside.node}`;
    const known = this.#addresses.get(set) ?? new Map<string, PacketSet>();
    this.#addresses.set(set, known);
    const made =
      known.get(key) ?? super.where(dimension, this.classes[family === "ipv6" ? "ipv6" : "ipv4"].codesOf(set), inside);
    known.set(key, made);
    return made;
  }

  /** A packet of the other family has no such address. */
  without(dimension: AddressDimension): PacketSet {
    return super.where(dimension, [{ first: 0n, last: 0n }]);
  }

  /** Addresses are no values of their dimensions: `addresses` asks for them. */
  override where(dimension: string, ranges: readonly Range[], inside?: PacketSet): PacketSet {
    if (addressDimensions.some((name) => name === dimension)) throw new Error(`${dimension} holds codes`);
    return super.where(dimension, ranges, inside);
  }

  /** The addresses of a set that speaks of one dimension of them alone. */
  *addressRanges(set: PacketSet, dimension: AddressDimension): Generator<Range> {
    const index = this.layout.index(dimension);
    const values = this.layout.dimensions.map(() => 0n);
    const isIn = (code: bigint): boolean => set.has(values.with(index, code));
    yield* this.classes[dimension.endsWith("6") ? "ipv6" : "ipv4"].rangesWhere(isIn);
  }

  ports(end: End, ports: PortSet, inside: PacketSet = this.all): PacketSet {
    const ranges = ports.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }));
    return this.where(`${end}Port`, ranges, inside);
  }

  /** Any of the lists, all within one. */
  owner(wanted: readonly (readonly Identity[])[]): PacketSet {
    const all = (list: readonly Identity[]) =>
      list.map((identity) => this.identity(identity)).reduce((a, b) => a.intersect(b), this.all);
    return this.none.union(...wanted.map(all));
  }

  identity(identity: Identity): PacketSet {
    if (identity.kind === "mark") return this.masked("mark", BigInt(identity.value), BigInt(identity.mask));
    const name = ownerName(identity);
    return name === undefined ? this.none : this.is(identity.kind, this.names.owners[identity.kind].numberOf(name));
  }

  #zone(side: Side, { devices, protocol }: Zone): PacketSet {
    const classes = devices.flatMap((device) => this.names.interfaces.of(device));
    const named = this.is(`${side}Name`, ...classes.map((n) => n + 1));
    if (protocol === undefined || protocol === "other") return named;
    const kinds = kindsOf[protocol].map((kind) => this.names.kinds.numberOf(kind));
    return named.intersect(this.is(`${side}Kind`, ...kinds));
  }
}

type End = "source" | "destination";
export const addressDimensions = ["source4", "source6", "destination4", "destination6"] as const;
export type AddressDimension = (typeof addressDimensions)[number];

/** What the kernel calls the interfaces of each protocol. A userland WireGuard is a tun. */
const kindsOf: Readonly<Record<Exclude<Tunnel["protocol"], "other">, readonly string[]>> = {
  wireguard: ["wireguard", "tun"],
  openvpn: ["tun", "ovpn", "ovpn-dco"],
  ipsec: ["xfrm", "vti", "vti6"],
};

/** A table that the runtime refreshes: as it is loaded, with all that it may ever hold, or with nothing. */
export type TableBounds = "as-loaded" | "most" | "least";

export function addressesOf({ set, within }: AddressMatch, bounds: TableBounds): AddressSet {
  if (within === undefined || bounds === "as-loaded") return set;
  return bounds === "most" ? within : nothing;
}

const nothing: AddressSet = [];
