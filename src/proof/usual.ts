import { type Ruleset, stages, type Zone } from "../ir/ruleset.ts";
import { openings } from "./accepted.ts";
import { connections, fragments, type Side, sides } from "./dimensions.ts";
import { matched } from "./matched.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";

/**
 * What a reader thinks of: interfaces are what their names say, addresses are those of the interface, fragments are not
 * meant, and each protocol is used as it is made. Words about sets need not tell apart what is none of it.
 */
export const usual = (rulesets: readonly Ruleset[], space: PacketSpace): PacketSet =>
  [named(rulesets, space), spoofed(rulesets, space).complement(), shaped(space)].reduce((a, b) => a.intersect(b));

/** Tunnels are of the kind of their protocol, all others are plain cards; only forwarded packets cross two. */
function named(rulesets: readonly Ruleset[], space: PacketSpace): PacketSet {
  const { interfaces, kinds } = space.names;
  const tunnels = tunnelsOf(rulesets);
  const claimed = new Set(tunnels.flatMap(({ devices }) => devices.flatMap((device) => interfaces.of(device))));
  const lo = interfaces.classOf("lo");
  const others = interfaces.samples.flatMap((_, i) => (claimed.has(i) || i === lo ? [] : [i + 1]));
  const on = sides.map((side) =>
    space.none.union(
      space.is(`${side}Name`, 0),
      space.interfaces(side, { kind: "one-of", zones: tunnels }),
      space.is(`${side}Name`, lo + 1).intersect(space.is(`${side}Kind`, kinds.numberOf("loopback"))),
      space.is(`${side}Name`, ...others).intersect(space.is(`${side}Kind`, kinds.numberOf(undefined))),
    ),
  );
  const encapsulated = space.direction("out").intersect(space.has("in"));
  return on.reduce((a, b) => a.intersect(b), encapsulated.complement());
}

/** A card that has the name of a tunnel and not its kind: to rules it is one more card. */
export const misnamed = (side: Side, rulesets: readonly Ruleset[], space: PacketSpace): PacketSet => {
  const tunnels = tunnelsOf(rulesets);
  const plain = tunnels.map(({ protocol: _, ...zone }) => zone);
  return space
    .interfaces(side, { kind: "one-of", zones: plain })
    .minus(space.interfaces(side, { kind: "one-of", zones: tunnels }));
};

function tunnelsOf(rulesets: readonly Ruleset[]): readonly Zone[] {
  const zones = rulesets.flatMap(({ rules }) =>
    rules.flatMap(({ match: { inInterface, outInterface } }) =>
      [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
    ),
  );
  const kinded = zones.filter(({ protocol }) => protocol !== undefined && protocol !== "other");
  return [...new Map(kinded.map((zone) => [JSON.stringify(zone), zone])).values()];
}

/** What every ruleset refuses for an address of another interface, and none lets pass before it asks. At boot addresses are not known. */
function spoofed(rulesets: readonly Ruleset[], space: PacketSpace): PacketSet {
  const guard = stages.indexOf("anti-spoof");
  const refused = rulesets
    .filter(({ state }) => state !== "lockdown")
    .map(({ rules }) => {
      const guards = rules.filter(({ stage }) => stage === "anti-spoof");
      return space.none.union(
        ...guards.map(({ direction, match }) => matched(match, space).intersect(space.direction(direction))),
      );
    });
  const [first = space.none, ...others] = refused;
  const before = rulesets.map(({ rules, ...rest }) =>
    openings({ ...rest, rules: rules.filter(({ stage }) => stages.indexOf(stage) < guard) }, space),
  );
  return others.reduce((a, b) => a.intersect(b), first).minus(space.none.union(...before));
}

/** ICMP in its own family; neighbour discovery and multicast listeners with their hop limits; TCP and UDP alone have ports. */
function shaped(space: PacketSpace): PacketSet {
  const protocol = (...numbers: readonly number[]) => space.is("protocol", ...numbers);
  const type = (...types: readonly number[]) => protocol(58).intersect(space.is("icmpType", ...types));
  const unlimited = (limit: number) => space.is("hopLimit", limit).complement();
  const echoes = space.none.union(
    protocol(1).intersect(space.is("icmpType", 0, 14)),
    protocol(58).intersect(space.is("icmpType", 129)),
  );
  const replies = space.is("connection", connections.numberOf("established-reply"));
  return space.none
    .union(
      space.is("fragment", fragments.whole).complement(),
      protocol(1).intersect(space.family("ipv6")),
      protocol(58).intersect(space.family("ipv4")),
      protocol(33, 132, 136),
      type(133, 134, 135, 136, 137).intersect(unlimited(255)),
      type(130, 131, 132, 143).intersect(unlimited(1)),
      protocol(1, 58).minus(echoes).intersect(replies),
    )
    .complement();
}
