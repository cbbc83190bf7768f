import type { Addresses } from "../../address-classes.ts";
import { connections, fragments, localityAlphabet } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { icmpOf, tcp, udp } from "./names.ts";
import { portsOf } from "./ports.ts";
import {
  type Comparison,
  type Criteria,
  type Direction,
  type Host,
  type IdTest,
  loopback,
  Unreadable,
  type Version,
} from "./program.ts";

/**
 * As which packet a rule sees one: itself, the one that opened its flow, or the one that opened the flow in the other
 * direction. `direction` is that of the packet that the rule sees.
 */
export interface View {
  readonly as: "itself" | "opening" | "answered";
  readonly direction: Direction;
  readonly walk: "whole" | "fragments";
}
/** What a rule's table holds, by its name; undefined: it is not there. */
export type Lookup = (name: string) => { readonly ipv4: Addresses; readonly ipv6: Addresses } | undefined;

export const sideOf = ({ as, direction }: View): Direction => (as === "answered" ? opposite[direction] : direction);
export const opposite = { in: "out", out: "in" } as const;

/** The packets that rules match, in one space. */
export class Matches {
  readonly #space: PacketSpace;

  constructor(space: PacketSpace) {
    this.#space = space;
  }

  /** What is not understood of it left out: never fewer packets than it matches. */
  most(criteria: Criteria, view: View, lookup: Lookup): PacketSet {
    return this.of(widened(criteria), view, lookup);
  }

  /** From the last dimension up, so that a long list of addresses is made once and never walked again. */
  of(criteria: Criteria, view: View, lookup: Lookup): PacketSet {
    const space = this.#space;
    if (view.walk === "whole" && criteria.isOfFragments) return space.none;
    if (criteria.direction !== undefined && criteria.direction !== view.direction) return space.none;
    const doubt = doubtOf(criteria);
    if (doubt !== undefined) throw new Unreadable(criteria.line, doubt);
    const tail = view.walk === "whole" ? this.#whole(criteria, view) : this.#fragment(criteria);
    const [source] = endsOf(view);
    const versions: readonly Version[] = criteria.version ? [criteria.version] : [4, 6];
    const families = versions.map((version) => {
      const at = (end: "source" | "destination", inside: PacketSet): PacketSet =>
        this.#address(end, end === source ? criteria.source : criteria.destination, version, inside, {
          criteria,
          lookup,
        });
      return at("destination", at("source", tail)).intersect(space.family(version === 4 ? "ipv4" : "ipv6"));
    });
    return space.none.union(...families).intersect(this.interface(criteria, sideOf(view)));
  }

  interface({ interface: named }: Pick<Criteria, "interface">, side: Direction): PacketSet {
    const space = this.#space;
    if (!named) return space.has(side);
    const on = this.named(named.name, side);
    return named.isNegated ? space.has(side).minus(on) : on;
  }

  /** Those that there can be: loopback is called so, and nothing else is. */
  interfaces(side: Direction): PacketSet {
    const space = this.#space;
    const { interfaces, kinds } = space.names;
    return space
      .is(`${side}Name`, interfaces.classOf("lo") + 1)
      .symmetricDifference(space.is(`${side}Kind`, kinds.numberOf("loopback")))
      .complement();
  }

  /** By its exact name; the model calls loopback by its kind. */
  named(name: string, side: Direction): PacketSet {
    const space = this.#space;
    if (name === loopback)
      return space.has(side).intersect(space.is(`${side}Kind`, space.names.kinds.numberOf("loopback")));
    return space.is(`${side}Name`, ...space.names.interfaces.of({ kind: "named", name }).map((n) => n + 1));
  }

  #whole(
    { protocol, sourcePort, destinationPort, user, group, icmp, isOpening, line }: Criteria,
    view: View,
  ): PacketSet {
    const space = this.#space;
    const [source, destination] = endsOf(view);
    return [
      user && this.#owner("user", user, line),
      group && this.#owner("group", group, line),
      icmp && space.is("icmpType", icmp.type),
      icmp?.code !== undefined && space.is("icmpCode", icmp.code),
      sourcePort && this.#port(source, sourcePort),
      destinationPort && this.#port(destination, destinationPort),
      space.is("fragment", fragments.whole),
      protocol !== undefined && space.is("protocol", protocol),
      // A packet in the midst of a connection is no SYN.
      isOpening && view.as === "itself" && this.#opens(),
    ].reduce<PacketSet>((all, set) => (set ? all.intersect(set) : all), space.all);
  }

  /** Neither ports nor owners are looked at. Flags concern TCP, ports TCP and UDP, types ICMP: other fragments meet the rule. */
  #fragment({ protocol, sourcePort, destinationPort, icmp, isOpening }: Criteria): PacketSet {
    const space = this.#space;
    const skipped = [
      ...(sourcePort || destinationPort ? [tcp, udp] : []),
      ...(isOpening ? [tcp] : []),
      ...(icmp ? Object.values(icmpOf) : []),
    ];
    const met = skipped.length > 0 ? space.is("protocol", ...skipped).complement() : space.all;
    const of = protocol === undefined ? met : met.intersect(space.is("protocol", protocol));
    return of.minus(space.is("fragment", fragments.whole));
  }

  #opens(): PacketSet {
    return this.#space
      .is("protocol", tcp)
      .complement()
      .union(this.#space.is("connection", connections.numberOf("new")));
  }

  /** TCP and UDP have owners; of all else, and where nobody is found, the owner is `unknown`. */
  #owner(field: "user" | "group", test: IdTest, line: number): PacketSet {
    const space = this.#space;
    if (test.kind === "other") throw new Unreadable(line, orderOfIds);
    const ids = space.names.owners[field];
    const isOwned = space.is("protocol", tcp, udp);
    const unknown = isOwned.complement().union(space.is(field, ids.numberOf(undefined)));
    const is = test.id === "unknown" ? unknown : isOwned.intersect(space.is(field, ids.numberOf(test.id)));
    return test.kind === "=" ? is : is.complement();
  }

  #port(end: "source" | "destination", test: Comparison): PacketSet {
    return this.#space.where(`${end}Port`, portsOf(test));
  }

  #address(
    end: "source" | "destination",
    host: Host,
    version: Version,
    inside: PacketSet,
    { criteria, lookup }: { readonly criteria: Criteria; readonly lookup: Lookup },
  ): PacketSet {
    const space = this.#space;
    const family = version === 4 ? "ipv4" : "ipv6";
    switch (host.kind) {
      case "any":
        return inside;
      case "net": {
        const { first, last } = host.net;
        return this.#among(end, family, [{ first, last }], inside, host.isNegated);
      }
      case "table": {
        const addresses = lookup(host.name)?.[family];
        if (!addresses) return host.isNegated ? inside : space.none;
        return this.#among(end, family, addresses, inside, host.isNegated);
      }
      case "interface": {
        const { isNegated } = host;
        const local = inside.intersect(space.is(`${end}Locality`, localityAlphabet.numberOf("local")));
        return isNegated ? inside.minus(local) : local;
      }
      case "no-route":
      case "urpf-failed":
        throw new Unreadable(criteria.line, routes);
    }
  }

  #among(end: End, family: "ipv4" | "ipv6", addresses: Addresses, inside: PacketSet, isNegated: boolean): PacketSet {
    const space = this.#space;
    if (isNegated) return inside.minus(space.addresses(end, family, addresses, space.all));
    return space.addresses(end, family, addresses, inside);
  }
}

type End = "source" | "destination";

const orderOfIds = "an order of ids";
const routes = "what the routes of a machine say";

/** Why nobody can say which packets a rule is about; undefined where one can. */
export function doubtOf(criteria: Criteria): string | undefined {
  const { doubt, tagged, user, group, source, destination } = criteria;
  if (doubt !== undefined) return doubt;
  if (tagged) return "a tag, which any rule may have set";
  if (user?.kind === "other" || group?.kind === "other") return orderOfIds;
  return hostDoubt(source, criteria) ?? hostDoubt(destination, criteria);
}

function hostDoubt(host: Host, { interface: on }: Criteria): string | undefined {
  if (host.kind === "no-route" || host.kind === "urpf-failed") return routes;
  if (host.kind !== "interface") return undefined;
  const isCrossed = host.part === undefined && on?.isNegated === false && on.name === host.name;
  return isCrossed ? undefined : "addresses of an interface that the packet does not cross";
}

function widened({ doubt: _doubt, tagged: _tagged, user, group, source, destination, ...known }: Criteria): Criteria {
  const all = { ...known, source, destination };
  const wide = (host: Host): Host => (hostDoubt(host, all) === undefined ? host : { kind: "any", isNegated: false });
  return {
    ...known,
    source: wide(source),
    destination: wide(destination),
    ...(user && user.kind !== "other" && { user }),
    ...(group && group.kind !== "other" && { group }),
  };
}

/** Where a packet has what the rule asks of source and destination. */
const endsOf = ({ as }: View): readonly ["source" | "destination", "source" | "destination"] =>
  as === "answered" ? ["destination", "source"] : ["source", "destination"];
