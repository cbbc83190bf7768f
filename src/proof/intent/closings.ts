import type { App, Deny } from "../../ir/policy.ts";
import type { Direction, InterfaceSet, Match } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { complement, intersect, union } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { everywhere, loopback } from "./places.ts";
import type { Said } from "./said.ts";
import type { View } from "./view.ts";

/** 127.0.0.0/8 (RFC 1122 3.2.1.3) and ::1 (RFC 4291 2.5.3). */
const loopbackAddresses = constant("127.0.0.0/8", "::1");

/** Packets with an address of another interface than the one they cross, as far as that can be known. */
export function spoofed(said: Said, view: View): PacketSet {
  const { policy, places, isBoot } = said;
  const ofTunnels = policy.tunnels.flatMap((tunnel) => {
    const { name, address } = tunnel;
    const where = places.tunnel(name);
    const ofOthers = view.closed("in", { inInterface: where, source: { set: said.namedByOthers(tunnel) } });
    if (address.kind === "assigned")
      return isBoot ? [ofOthers] : [ofOthers, ...foreign(where, view, ["broadcast", "multicast", "elsewhere"])];
    const own = { set: address.addresses };
    const others = { set: union(...families.map((family) => complement(address.addresses, family))) };
    return [
      ofOthers,
      view.closed("out", { outInterface: where, source: others }),
      view.closed("in", { inInterface: where, destination: others }),
      view.closed("out", { outInterface: places.besides(name), source: own }),
      view.closed("in", { inInterface: places.besides(name), destination: own }),
    ];
  });
  const onLinks = isBoot ? [] : foreign(places.links(), view, ["elsewhere"]);
  return view.space.none.union(
    view.closed("out", { outInterface: everywhere, destination: { set: loopbackAddresses } }),
    view.closed("in", { inInterface: everywhere, source: { set: loopbackAddresses } }),
    ...ofTunnels,
    ...onLinks,
  );
}

type Locality = NonNullable<Match["destinationLocality"]>;

/** What leaves has an address of its interface. What arrives: none of these. */
const foreign = (where: InterfaceSet, view: View, arriving: Locality): readonly PacketSet[] => [
  view.closed("out", { outInterface: where, sourceLocality: ["broadcast", "multicast", "elsewhere"] }),
  view.closed("in", { inInterface: where, destinationLocality: arriving }),
];

export const denied = (said: Said, view: View): PacketSet =>
  view.space.none.union(
    ...deniesOf(said).map(({ pattern }) =>
      view.closed(pattern.direction, {
        ...said.pattern(pattern),
        ...crossing(pattern.direction, said.places.on(pattern.path)),
      }),
    ),
  );

/** On loopback a deny is about the addresses of loopback that it names, and nothing else. */
export const deniedOnLoopback = (said: Said, view: View): PacketSet =>
  view.space.none.union(
    ...deniesOf(said)
      .filter(({ pattern: { path, direction } }) => path.kind === "any" && direction !== "forward")
      .map(({ pattern }) => {
        const end = pattern.direction === "in" ? "source" : "destination";
        const named = intersect(pattern[end] ?? [], loopbackAddresses);
        const match = { ...said.pattern(pattern), ...crossing(pattern.direction, loopback), [end]: { set: named } };
        return view.closed(pattern.direction, match);
      }),
  );

const deniesOf = ({ policy, hops }: Said): readonly Deny[] => policy.denies.filter((deny) => hops.holds(deny.while));

const crossing = (direction: Direction, where: InterfaceSet): Match =>
  direction === "in" ? { inInterface: where } : { outInterface: where };

/** What an app's `traffic` forbids, and later hops' carriers in a tunnel of another chain. */
export function forbidden(said: Said, view: View): PacketSet {
  const { policy, places, hops: state, os } = said;
  const where: Readonly<Record<App["traffic"], InterfaceSet>> = {
    tunnel: places.noTunnel(),
    outside: places.tunnels(),
    none: everywhere,
  };
  return view.space.none.union(
    ...policy.apps.map(({ name, traffic }) =>
      view.closed("out", { outInterface: where[traffic], ...said.owner({ app: name }) }),
    ),
    ...policy.chains.flatMap(({ hops }) => {
      const others = policy.tunnels.filter(({ name }) => state.isOpen(name) && !hops.includes(name));
      const later = policy.tunnels.filter(({ name }) => hops.indexOf(name) > 0);
      return later.flatMap(({ servers, carrier }) =>
        servers.flatMap(({ addresses, transport }) =>
          others.map((other) =>
            view.closed("out", {
              outInterface: places.tunnel(other.name),
              destination: { set: addresses },
              transport,
              owner: carrier[os] ?? [],
            }),
          ),
        ),
      );
    }),
  );
}

/** What tunnels name, and all servers, anywhere but in their tunnel. */
export function elsewhere(said: Said, view: View): PacketSet {
  const { policy, places } = said;
  const named = union(...policy.tunnels.map((tunnel) => said.named(tunnel)));
  const outward = { outInterface: places.noTunnel(), destination: { set: union(named, said.serverAddresses()) } };
  const intoOthers = policy.tunnels.flatMap((tunnel) => {
    const match = { outInterface: places.tunnel(tunnel.name), destination: { set: said.namedByOthers(tunnel) } };
    return [view.closed("out", match), view.closed("forward", match)];
  });
  return view.space.none.union(
    view.closed("out", outward),
    view.closed("forward", outward),
    view.closed("in", { inInterface: places.noTunnel(), source: { set: named } }),
    ...intoOthers,
  );
}
