import type { Addresses } from "../../address-classes.ts";
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
  /**
   * In the midst of a load rules are in force, and sets of intervals are filled one after the other: before the last one with a
   * name is, or after it, when those without a name may still be empty.
   */
  readonly moment?: "before the last" | "after the last";
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
        if (condition.kind === "address" && condition.end === end) set = this.#address(condition, table, set, place);
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
        return this.#port(condition, place);
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

  #address(asked: Asking<"address">, table: Table, inside: PacketSet, { moment }: Place): PacketSet {
    const { space } = this;
    const { end, family, among, isNegated } = asked;
    if (moment && isEmptyAt(moment, among, table)) {
      const read = family === "arp" ? inside : inside.intersect(space.family(family));
      return isNegated ? read : space.none;
    }
    const named = typeof among === "string" ? table.sets.get(among) : undefined;
    const ranges = typeof among === "string" ? (named?.kind === "addresses" ? named.ranges : undefined) : among;
    if (!ranges) throw new Error("a set that is not there was read");
    const made = isNegated
      ? inside.minus(space.addresses(end, family, ranges, space.all))
      : space.addresses(end, family, ranges, inside);
    return family === "arp" ? made : made.intersect(space.family(family));
  }

  #port({ end, protocol, spans, isNegated }: Asking<"port">, { moment }: Place): PacketSet {
    const { space } = this;
    const isLate = moment !== undefined && spans.length > 1 && spans.some(({ first, last }) => first !== last);
    const all = isLate ? space.none : this.#spans(`${end}Port`, spans);
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

/** One interval alone is no set, and a set of single values is there at once. A set that holds everything tells that those before it are filled. */
function isEmptyAt(moment: NonNullable<Place["moment"]>, among: string | Addresses, table: Table): boolean {
  if (typeof among !== "string") return among.length > 1 && among.some(({ first, last }) => first !== last);
  const names = [...table.sets.keys()];
  const isWhole = (name: string): boolean => {
    const set = table.sets.get(name);
    if (set?.kind !== "addresses") return false;
    const [range, ...more] = set.ranges;
    return more.length === 0 && range?.first === 0n && range.last === (set.family === "ipv4" ? ipv4End : ipv6End);
  };
  const isBehind = names.slice(names.findIndex(isWhole)).includes(among) && !isWhole(among);
  return moment === "before the last" || (isBehind && names.some(isWhole));
}

const [ipv4End, ipv6End] = [(1n << 32n) - 1n, (1n << 128n) - 1n];

const isBelowAddresses = ({ kind }: Condition): boolean =>
  ["protocol", "port", "icmp", "hops", "mark", "owner", "control-group"].includes(kind);

export const openFamilies = (conditions: readonly Condition[], table: Table, isOpen: boolean): readonly IpFamily[] => {
  const all: readonly IpFamily[] = ["ipv4", "ipv6"];
  const sets = conditions.flatMap((c) => (c.kind === "open" ? [table.sets.get(c.set)] : []));
  return all.filter((family) => sets.every((set) => isOpen && set?.kind === "timed" && set.elements.has(family)));
};
