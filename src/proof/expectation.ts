import type { Expect, PacketPattern } from "../ir/policy.ts";
import type { Match } from "../ir/ruleset.ts";
import { intersect } from "../net/address-set.ts";
import { constant } from "../net/parse-net.ts";
import { connections, localityAlphabet } from "./dimensions.ts";
import { matched } from "./matched.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { ownerFields } from "./vocabulary.ts";
import { wellFormed } from "./well-formed.ts";
import type { World } from "./world.ts";

/**
 * The packets that an `expect` line is wrong about in one state. `drop`: no packet of the pattern passes. `allow`: for every
 * value of the fields that it names, every interface of its path and every owner, some new packet from an address of the
 * leaving interface passes. Who is named by a number or a name has no mark, unless the pattern says one.
 */
export function unmet({ verdict, pattern, reply, while: condition }: Expect, world: World): PacketSet {
  const { space, said, most, least } = world;
  if (!said.hops.holds(condition)) return space.none;
  const meant = packetsOf(pattern, world).intersect(wellFormed(space));
  if (verdict === "drop") {
    const plain = isNamedWithoutMark(pattern) ? meant.intersect(space.is("mark", 0)) : meant;
    return most.intersect(reply ? plain.intersect(world.answer()) : plain.minus(world.answer()));
  }
  const tried = meant
    .intersect(reply ? world.answer() : space.is("connection", connections.numberOf("new")))
    .intersect(atHome(pattern, world));
  const free = dimensionsLeftOpen(pattern);
  const passing = tried.intersect(least).exists(...free);
  return tried
    .exists(...free)
    .minus(passing)
    .intersect(tried);
}

/** A number or a name says who somebody is; a mark is set by who may administer the network, whoever that is. */
const isNamedWithoutMark = ({ owner, app }: PacketPattern): boolean =>
  app !== undefined || (owner !== undefined && owner.kind !== "mark");

function packetsOf(pattern: PacketPattern, { space, said, places }: World): PacketSet {
  const { direction, path } = pattern;
  const far = direction === "in" ? "source" : "destination";
  const match = said.pattern(pattern);
  const crossing = (outInterface: NonNullable<Match["outInterface"]>): Match =>
    direction === "in" ? { inInterface: outInterface } : { outInterface };
  const named = intersect(pattern[far] ?? [], loopbackAddresses);
  const onLoopback =
    path.kind === "any" && direction !== "forward" && named.length > 0
      ? matched({ ...match, ...crossing({ kind: "loopback" }), [far]: { set: named } }, space)
      : space.none;
  return matched({ ...match, ...crossing(places.on(path)) }, space)
    .union(onLoopback)
    .intersect(space.direction(direction));
}

/** From, or for, an address of the interface. */
function atHome({ direction }: PacketPattern, { space }: World): PacketSet {
  const local = localityAlphabet.numberOf("local");
  if (direction === "forward") return space.all;
  return space.is(direction === "out" ? "sourceLocality" : "destinationLocality", local);
}

/** What a pattern does not name may be chosen, as where a forwarded packet arrives; its path, families and owners are all meant. */
function dimensionsLeftOpen({
  direction,
  source,
  destination,
  transport,
  owner,
  app,
}: PacketPattern): readonly string[] {
  const hasPorts = transport?.kind === "tcp" || transport?.kind === "udp";
  const hasTypes = (transport?.kind === "icmp" || transport?.kind === "icmpv6") && transport.types !== undefined;
  const idle = direction === "in" ? ["outName", "outKind"] : ["inName", "inKind"];
  return [
    ...idle,
    "routedName",
    "routedKind",
    "sourceLocality",
    "destinationLocality",
    "rewritten",
    "fragment",
    "icmpCode",
    "hopLimit",
    ...(source ? [] : ["source4", "source6"]),
    ...(destination ? [] : ["destination4", "destination6"]),
    ...(transport ? [] : ["protocol"]),
    ...(hasPorts && transport.destinationPorts ? [] : ["destinationPort"]),
    ...(hasPorts && transport.sourcePorts ? [] : ["sourcePort"]),
    ...(hasTypes ? [] : ["icmpType"]),
    // Who has the identity that is named is enough; its other marks and numbers are its own.
    ...(owner || app !== undefined ? [...ownerFields, "mark"] : []),
  ];
}

const loopbackAddresses = constant("127.0.0.0/8", "::1");
