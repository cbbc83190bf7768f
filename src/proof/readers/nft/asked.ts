import { connections, fragments, localityAlphabet, rewriting } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import { icmpProtocols, protocolsWithPorts } from "../../packet-values.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { slicesOf } from "./control-groups.ts";
import type { Condition, End, Frame, IpFamily, Span, Table } from "./program.ts";

/** Where a packet is judged, and what is known of it there that is no field of it. */
export interface Place {
  /** What was made here has not arrived anywhere. */
  readonly hasArrived: boolean;
  /** The source was translated to an address of this machine. */
  readonly isTranslated: boolean;
  /** Whether the address belongs to this machine, on whichever interface. */
  readonly isOurs: Readonly<Record<End, boolean>>;
  /** Whether what is open for a while still is. */
  readonly isOpen: boolean;
  /** Which connections have which mark; all others have none. */
  readonly marks: readonly Marked[];
  /** What the frame says of itself; without one the device sends packets as they are. */
  readonly frame?: Frame;
}
export interface Marked {
  readonly mark: number;
  readonly set: PacketSet;
}

type Asking<K extends Condition["kind"]> = Extract<Condition, { readonly kind: K }>;

/** Turns the questions of rules into packet sets; big ones are made once. */
export class Questions {
  readonly space: PacketSpace;

  constructor(space: PacketSpace) {
    this.space = space;
  }

  /** Every packet that all the questions are true of. */
  all(conditions: readonly Condition[], table: Table, place: Place): PacketSet {
    const { space } = this;
    const below = conditions.filter(isBelowAddresses).map((c) => this.#one(c, place));
    const above = conditions.filter((c) => !isBelowAddresses(c) && c.kind !== "address");
    // From the last dimension up, so that a big list of addresses is made once and never walked again.
    let set = below.reduce((a, b) => a.intersect(b), space.all);
    for (const end of ["source", "destination"] as const)
      for (const condition of conditions)
        if (condition.kind === "address" && condition.end === end) set = this.#address(condition, table, set);
    const context = [...above.map((c) => this.#one(c, place)), this.#connection(conditions)];
    return context.reduce((a, b) => a.intersect(b)).intersect(set);
  }

  #one(condition: Condition, place: Place): PacketSet {
    const { space } = this;
    const negated = (set: PacketSet, isNegated: boolean): PacketSet => (isNegated ? set.complement() : set);
    switch (condition.kind) {
      case "name":
        return this.#named(condition, place);
      case "interface-kind": {
        // Nothing is made here by an interface, and a card without a kind has none of them.
        if (condition.side === "in" && !place.hasArrived) return space.none;
        const numbers = condition.kinds.map((kind) => space.names.kinds.numberOf(kind));
        return space.is(`${condition.side}Kind`, ...numbers).intersect(space.has(condition.side));
      }
      case "arrived":
        return place.hasArrived ? space.has("in") : space.none;
      case "frame":
        return place.frame === condition.frame ? space.all : space.none;
      case "framed":
        return (place.frame !== undefined) !== condition.isNegated ? space.all : space.none;
      case "later":
        return space.family(condition.family).intersect(space.is("fragment", fragments.later));
      case "family":
        return space.family(...condition.families);
      case "protocol":
        return negated(this.#spans("protocol", condition.spans), condition.isNegated);
      case "port":
        return this.#port(condition);
      case "icmp": {
        const shown = this.#carrying(condition.family === "ipv4" ? 1 : 58).intersect(space.family(condition.family));
        return shown.intersect(negated(this.#spans("icmpType", condition.spans), condition.isNegated));
      }
      case "hops":
        return space
          .family(condition.family)
          .intersect(negated(this.#spans("hopLimit", condition.spans), condition.isNegated));
      case "mark":
        return negated(space.masked("mark", BigInt(condition.value), BigInt(condition.mask)), condition.isNegated);
      case "owner":
        return this.#owner(condition);
      case "translated":
        if (condition.end === "destination") return space.is("rewritten", rewriting.yes);
        return place.isTranslated ? space.all : space.none;
      case "connection-mark": {
        const { value, mask } = condition;
        const isAsked = (mark: number): boolean => (mark & mask) >>> 0 === value;
        const marked = space.none.union(...place.marks.map(({ set }) => set));
        const asked = place.marks.filter(({ mark }) => isAsked(mark)).map(({ set }) => set);
        const set = space.none.union(...asked, ...(isAsked(0) ? [marked.complement()] : []));
        return negated(set, condition.isNegated);
      }
      case "control-group":
        return space.is("slice", ...slicesOf(condition, space.names.owners.slice));
      case "locality":
        return this.#locality(condition, place);
      case "open":
      case "address":
      case "state":
      case "way":
        return space.all;
    }
  }

  #named({ side, names, isNegated }: Asking<"name">, { hasArrived }: Place): PacketSet {
    const { space } = this;
    const { interfaces } = space.names;
    const classes = names.flatMap(({ name, isPrefix }) =>
      interfaces.of(isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name }),
    );
    // Without an interface the name is empty: it has no prefix, and differs from every name.
    const numbers = [...new Set(classes)].map((n) => n + 1);
    const set = side === "in" && !hasArrived ? space.none : space.is(`${side}Name`, ...numbers);
    return isNegated ? set.complement() : set;
  }

  #address({ end, family, among, isNegated }: Asking<"address">, table: Table, inside: PacketSet): PacketSet {
    const { space } = this;
    const named = typeof among === "string" ? table.sets.get(among) : undefined;
    const ranges = typeof among === "string" ? (named?.kind === "addresses" ? named.ranges : undefined) : among;
    if (!ranges) throw new Error("a set that is not there was read");
    const made = isNegated
      ? inside.minus(space.addresses(end, family, ranges, space.all))
      : space.addresses(end, family, ranges, inside);
    return family === "arp" ? made : made.intersect(space.family(family));
  }

  #port({ end, protocol, spans, isNegated }: Asking<"port">): PacketSet {
    const { space } = this;
    const all = this.#spans(`${end}Port`, spans);
    const wanted = isNegated ? all.complement() : all;
    if (protocol !== "any") return this.#carrying(protocol).intersect(wanted);
    return wanted.minus(space.is("fragment", fragments.later));
  }

  /** A packet of the protocol that shows what its header begins with. */
  #carrying(protocol: number): PacketSet {
    if (![...protocolsWithPorts, ...icmpProtocols].includes(protocol))
      throw new Error(`protocol ${protocol} shows none`);
    return this.space.is("protocol", protocol).minus(this.space.is("fragment", fragments.later));
  }

  /** Whoever has no socket is neither this user nor another one. */
  #owner({ field, ids, isNegated }: Asking<"owner">): PacketSet {
    const { space } = this;
    const alphabet = space.names.owners[field];
    const set = space.is(field, ...ids.map((id) => alphabet.numberOf(id)));
    return isNegated ? set.complement().minus(space.is(field, alphabet.numberOf(undefined))) : set;
  }

  #locality({ end, side, types, isNegated }: Asking<"locality">, { isOurs }: Place): PacketSet {
    const { space } = this;
    const locality = `${end}Locality`;
    const numbers = types.map((type) => localityAlphabet.numberOf(type));
    if (side) {
      const set = space.is(locality, ...numbers);
      return isNegated ? set.complement() : set;
    }
    // Whose interface does not matter, and what is nobody's is broadcast or multicast, or neither.
    const others = numbers.filter((n) => n !== localityAlphabet.numberOf("local"));
    const set = isOurs[end] ? (types.includes("local") ? space.all : space.none) : space.is(locality, ...others);
    return isNegated ? set.complement() : set;
  }

  /** What conntrack says. Only of established packets is asked which way they go. */
  #connection(conditions: readonly Condition[]): PacketSet {
    const { space } = this;
    const states = conditions.filter((c) => c.kind === "state");
    const ways = conditions.filter((c) => c.kind === "way");
    const possible = connections.values.filter((connection) =>
      states.every((c) => c.states.some((state) => connection === state || connection.startsWith(`${state}-`))),
    );
    const asked = possible.filter((connection) => ways.every(({ way }) => connection === `established-${way}`));
    return space.is("connection", ...asked.map((c) => connections.numberOf(c)));
  }

  #spans(dimension: string, spans: readonly Span[]): PacketSet {
    return this.space.where(
      dimension,
      spans.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) })),
    );
  }
}

const isBelowAddresses = ({ kind }: Condition): boolean =>
  ["protocol", "port", "icmp", "hops", "mark", "owner", "control-group"].includes(kind);

export const openFamilies = (conditions: readonly Condition[], table: Table, isOpen: boolean): readonly IpFamily[] => {
  const all: readonly IpFamily[] = ["ipv4", "ipv6"];
  const sets = conditions.flatMap((c) => (c.kind === "open" ? [table.sets.get(c.set)] : []));
  return all.filter((family) => sets.every((set) => isOpen && set?.kind === "timed" && set.elements.has(family)));
};
