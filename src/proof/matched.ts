import type { Packet } from "../ir/packet.ts";
import type { AddressMatch, Match } from "../ir/ruleset.ts";
import { protocolNumber, type Transport } from "../net/protocol.ts";
import { connections, fragments, localityAlphabet, rewriting } from "./dimensions.ts";
import { addressesOf, type PacketSpace, type TableBounds } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";

/** Every packet that a match is about. */
export function matched(match: Match, space: PacketSpace, tables: TableBounds = "as-loaded"): PacketSet {
  const { family, transport } = match;
  const families: readonly Packet["family"][] = family === undefined ? ["ipv4", "ipv6"] : [family];
  const context = contextOf(match, space);
  // From the last dimension up, so that a big list of addresses is made once and never walked again.
  const tail = tailOf(match, space);
  const parts = families
    .filter((f) => (transport?.kind !== "icmp" || f === "ipv4") && (transport?.kind !== "icmpv6" || f === "ipv6"))
    .map((f) => {
      const at = (end: "source" | "destination", wanted: AddressMatch | undefined, inside: PacketSet) =>
        wanted ? space.address(end, f, addressesOf(wanted, tables), inside) : inside;
      return at("destination", match.destination, at("source", match.source, tail))
        .intersect(context)
        .intersect(space.family(f));
    });
  return space.none.union(...parts);
}

/** What comes before the addresses. */
function contextOf(match: Match, space: PacketSpace): PacketSet {
  const { inInterface, outInterface, sourceLocality, destinationLocality, rewritten, related } = match;
  const asked = [
    inInterface && space.interfaces("in", inInterface),
    outInterface && space.interfaces("out", outInterface),
    related && space.is("connection", connections.numberOf("related")),
    sourceLocality && space.is("sourceLocality", ...sourceLocality.map((l) => localityAlphabet.numberOf(l))),
    destinationLocality &&
      space.is("destinationLocality", ...destinationLocality.map((l) => localityAlphabet.numberOf(l))),
    rewritten && space.is("rewritten", rewriting.yes),
  ];
  return asked.reduce<PacketSet>((all, set) => (set ? all.intersect(set) : all), space.all);
}

/** What comes after the addresses. */
function tailOf({ transport, hopLimit, owner }: Match, space: PacketSpace): PacketSet {
  const owned = owner ? space.owner(owner) : space.all;
  const limited = hopLimit === undefined ? owned : space.is("hopLimit", hopLimit).intersect(owned);
  return transport ? transportOf(transport, space).intersect(limited) : limited;
}

/** Whoever asks for a port or a type asks for a packet that shows one. */
function transportOf(transport: Transport, space: PacketSpace): PacketSet {
  const protocol = space.is("protocol", protocolNumber(transport));
  const showing = protocol.minus(space.is("fragment", fragments.later));
  switch (transport.kind) {
    case "tcp":
    case "udp": {
      const { sourcePorts, destinationPorts } = transport;
      if (!sourcePorts && !destinationPorts) return protocol;
      const from = sourcePorts ? space.ports("source", sourcePorts) : space.all;
      return showing.intersect(destinationPorts ? space.ports("destination", destinationPorts, from) : from);
    }
    case "icmp":
    case "icmpv6":
      return transport.types ? showing.intersect(space.is("icmpType", ...transport.types)) : protocol;
    case "protocol":
      return protocol;
  }
}
