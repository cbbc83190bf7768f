import { connections, fragments, rewriting } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { ownerFields } from "../vocabulary.ts";
import { unless } from "../well-formed.ts";
import { hopLimits, locality } from "./stack-packets.ts";

/**
 * The packets that the Windows Filtering Platform is shown. Each line is an assumption about Windows, and docs/backends.md
 * says on whose word: nothing of it was tried.
 */
export function windowsPackets(space: PacketSpace): PacketSet {
  const out = space.direction("out");
  const inward = space.direction("in");
  const error = icmpErrors(space);
  const isError = space.is("connection", connections.numberOf("related"));
  const isAnswer = space.is("connection", connections.numberOf("established-reply"));
  return [
    // Who asks for an address of this link, and answers, is shown to no filter.
    space.family("arp").complement(),
    // Whole datagrams: they are put together before, and taken apart after.
    space.is("fragment", fragments.whole),
    space.is("rewritten", rewriting.no),
    // The strong host model (RFC 1122 3.3.4.2), the default of Windows since Vista.
    unless(out, locality(space, "source", "local")),
    unless(inward, locality(space, "destination", "local", "multicast", "broadcast")),
    // What answers a packet goes to the address that it came from.
    unless(isAnswer.intersect(inward), locality(space, "destination", "local")),
    // Errors of ICMP are about a flow of this machine, have no owner and go to one address.
    error.symmetricDifference(isError).complement(),
    unless(error.intersect(inward), locality(space, "destination", "local")),
    unless(error, ...ownerFields.map((field) => space.is(field, 0))),
    ...hopLimits(space),
    ...(["in", "out"] as const).map((side) => isLo(space, side)),
  ].reduce((a, b) => a.intersect(b));
}

function icmpErrors(space: PacketSpace): PacketSet {
  const of = (protocol: number, types: readonly number[]) =>
    space.is("protocol", protocol).intersect(space.is("icmpType", ...types));
  return space
    .family("ipv4")
    .intersect(of(1, [3, 4, 5, 11, 12]))
    .union(
      space.family("ipv6").intersect(
        of(
          58,
          Array.from({ length: 128 }, (_, type) => type),
        ),
      ),
    );
}

/** The model calls loopback `lo`, and nothing else. */
function isLo(space: PacketSpace, side: "in" | "out"): PacketSet {
  const { interfaces, kinds } = space.names;
  return space
    .is(`${side}Name`, interfaces.classOf("lo") + 1)
    .symmetricDifference(space.is(`${side}Kind`, kinds.numberOf("loopback")))
    .complement();
}
