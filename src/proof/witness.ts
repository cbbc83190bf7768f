import type { Packet } from "../ir/packet.ts";
import { constant } from "../net/parse-net.ts";
import { ports } from "../net/port-set.ts";
import { connections, fragments, localityAlphabet, rewriting, sides } from "./dimensions.ts";
import type { PacketSpace } from "./packet-space.ts";
import { packetOf } from "./packet-values.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { ownerFields } from "./vocabulary.ts";
import { wellFormed } from "./well-formed.ts";

/** A packet of the set that can exist and reads well; undefined where there is none. */
export function witness(set: PacketSet, space: PacketSpace): Packet | undefined {
  const values = witnessValues(set, space);
  return values && packetOf(values, space);
}

export function witnessValues(set: PacketSet, space: PacketSpace): readonly bigint[] | undefined {
  let left = set.intersect(wellFormed(space));
  // Whichever wish can be met is, in this order.
  for (const wish of wishes(space)) {
    const closer = left.intersect(wish);
    if (!closer.isEmpty()) left = closer;
  }
  return left.lowest();
}

const made = new WeakMap<PacketSpace, readonly PacketSet[]>();

function wishes(space: PacketSpace): readonly PacketSet[] {
  const known = made.get(space) ?? makeWishes(space);
  made.set(space, known);
  return known;
}

function makeWishes(space: PacketSpace): readonly PacketSet[] {
  const { names } = space;
  const address = (end: "source" | "destination", ...texts: readonly string[]) =>
    texts.flatMap((text) => {
      const set = constant(text);
      return set.map(({ family }) => space.address(end, family, set, space.all).intersect(space.family(family)));
    });
  const locality = (end: "source" | "destination", name: (typeof localityAlphabet.values)[number]) =>
    space.is(`${end}Locality`, localityAlphabet.numberOf(name));
  const protocol = (number: number) => space.is("protocol", number);
  const to = (...numbers: readonly number[]) => space.ports("destination", ports(...numbers));
  const named = (side: (typeof sides)[number], name: string) =>
    space.is(`${side}Name`, names.interfaces.classOf(name) + 1);
  const out = space.direction("out");
  const inward = space.direction("in");
  return [
    out,
    inward,
    space.family("ipv4"),
    space.family("ipv6"),
    space.is("connection", connections.numberOf("new")),
    space.is("rewritten", rewriting.no),
    space.is("fragment", fragments.whole),
    // Routing and the rewriting of marks agree, and a packet that leaves did not arrive.
    routedWhereItLeaves(space),
    out.intersect(space.has("in")).complement(),
    named("out", "eth0"),
    named("in", "eth0"),
    ...sides.map((side) => space.is(`${side}Kind`, 0)),
    out.complement().union(locality("source", "local")),
    inward.complement().union(locality("destination", "local")),
    locality("destination", "elsewhere"),
    locality("source", "elsewhere").union(locality("source", "local").intersect(out)),
    ...address("destination", "192.0.2.1", "2001:db8::1").map((set) => inward.complement().intersect(set)),
    ...address(
      "destination",
      "192.168.1.2",
      "10.0.0.0/8",
      "fd00::2",
      "1.0.0.0-126.255.255.255",
      "128.0.0.0-223.255.255.255",
      "2000::/3",
    ),
    ...address("source", "192.168.1.2", "fd00::2").map((set) => inward.complement().intersect(set)),
    ...address(
      "source",
      "192.0.2.1",
      "2001:db8::1",
      "1.0.0.0-126.255.255.255",
      "128.0.0.0-223.255.255.255",
      "2000::/3",
    ),
    protocol(6).intersect(to(443)),
    protocol(17).intersect(to(53)),
    protocol(6).intersect(to(80, 22)),
    protocol(6),
    protocol(17),
    protocol(1).intersect(space.is("icmpType", 8)),
    protocol(58).intersect(space.is("icmpType", 128)),
    to(443),
    space.ports("source", ports(40000)),
    space.ports("source", [{ first: 32768, last: 60999 }]),
    space.is("hopLimit", 64),
    space.is("mark", 0),
    out.complement().union(user(space, 1000)),
    ...ownerFields.map((field) => space.is(field, 0)),
  ];
}

const user = (space: PacketSpace, id: number): PacketSet => space.is("user", space.names.owners.user.classOf(id));

function routedWhereItLeaves(space: PacketSpace): PacketSet {
  const same = (part: "Name" | "Kind", size: number) =>
    space.none.union(
      ...Array.from({ length: size }, (_, i) => space.is(`out${part}`, i).intersect(space.is(`routed${part}`, i))),
    );
  const { interfaces, kinds } = space.names;
  return same("Name", interfaces.samples.length + 1).intersect(same("Kind", kinds.size));
}
