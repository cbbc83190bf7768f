import { connections, rewriting } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { possible } from "../possible.ts";
import { ownerFields } from "../vocabulary.ts";
import { unless } from "../well-formed.ts";
import { hopLimits, locality } from "./stack-packets.ts";

/**
 * The packets that pf of macOS is shown. Each line is an assumption about macOS, and docs/backends.md says on whose word:
 * nothing of it was tried.
 */
export function macPackets(space: PacketSpace, tunnels: readonly string[]): PacketSet {
  const out = space.direction("out");
  const inward = space.direction("in");
  const isError = space.is("connection", connections.numberOf("related"));
  const isAnswer = space.is("connection", connections.numberOf("established-reply"));
  return [
    possible(space),
    // ARP is shown to no rule, and nothing is forwarded.
    space.family("ipv4", "ipv6"),
    out.union(inward),
    space.is("rewritten", rewriting.no),
    unless(out, locality(space, "source", "local")),
    unless(inward, locality(space, "destination", "local", "multicast", "broadcast")),
    unless(isAnswer.intersect(inward), locality(space, "destination", "local")),
    // A utun goes from point to point, and no address of it is one of broadcast.
    ...(["in", "out"] as const).map((side) =>
      unless(
        space
          .is(`${side}Name`, ...tunnels.map((name) => space.names.interfaces.classOf(name) + 1))
          .intersect(locality(space, "destination", "broadcast")),
        space.addresses("destination", "ipv4", [everyone], space.all),
      ),
    ),
    // Each family has its own ICMP, and the kernel drops the other one.
    unless(space.is("protocol", 1), space.family("ipv4")),
    unless(space.is("protocol", 58), space.family("ipv6")),
    // An error of ICMP is about a flow, or begins none; what is about a flow is one of them.
    unless(isError, icmpErrors(space)),
    unless(icmpErrors(space), space.is("connection", connections.numberOf("new")).union(isError)),
    // Of TCP and UDP alone macOS knows the socket; programs that a policy names send nothing else.
    unless(space.is("protocol", 6, 17).complement(), ...ownerFields.map((field) => space.is(field, 0))),
    ...hopLimits(space),
  ].reduce((a, b) => a.intersect(b));
}

export function icmpErrors(space: PacketSpace): PacketSet {
  const of = (family: "ipv4" | "ipv6", protocol: number, ...types: readonly number[]) =>
    space
      .family(family)
      .intersect(space.is("protocol", protocol))
      .intersect(space.is("icmpType", ...types));
  return of("ipv4", 1, 3, 4, 5, 11, 12).union(of("ipv6", 58, 1, 2, 3, 4));
}

/** 255.255.255.255. */
const everyone = { first: 0xffffffffn, last: 0xffffffffn };
