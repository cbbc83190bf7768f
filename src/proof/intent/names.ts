import type { InterfaceSet, Match } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { addressSet, everything } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import type { Transport } from "../../net/protocol.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { elsewhere } from "./closings.ts";
import { everywhere } from "./places.ts";
import type { Said } from "./said.ts";
import type { View } from "./view.ts";

/** Whoever is asked for a name, and how: declared resolvers by their path, neighbours where that is allowed. */
export function resolvers(said: Said, view: View): PacketSet {
  const { policy, hops, places } = said;
  const asked = policy.dns
    .filter(({ path }) => path.kind !== "tunnel" || hops.isOpen(path.tunnel))
    .flatMap((dns) => {
      const where: Match = { outInterface: places.on(dns.path), destination: { set: addressSet(dns.resolvers) } };
      const { path } = dns;
      const isForAll = dns.owner === undefined && dns.app === undefined;
      const clients = path.kind === "tunnel" && isForAll ? clientsOf(said, path.tunnel) : [];
      return services.flatMap((transport) => [
        view.flow("out", { ...where, transport, ...said.owner(dns) }),
        ...clients.map(({ match, strangers }) =>
          view
            .flow("forward", { ...where, transport, ...match })
            .minus(view.closed("forward", { source: { set: strangers } })),
        ),
      ]);
    });
  const inPortal = portalNames(said, view).minus(elsewhere(said, view));
  return view.space.none.union(...asked, multicastNames(said, view), inPortal);
}

/** DNS over UDP and TCP (RFC 1035), over TLS (RFC 7858). */
const services: readonly Transport[] = [
  { kind: "tcp", destinationPorts: ports(53, 853) },
  { kind: "udp", destinationPorts: ports(53) },
];

/** Who is forwarded into a tunnel asks the tunnel's resolvers as well. */
const clientsOf = (said: Said, tunnel: string) =>
  said.forwards
    .filter(({ to }) => to.kind === "tunnel" && to.tunnel === tunnel)
    .map(({ from, sources }) => ({
      match: { inInterface: said.places.on(from), ...(sources && { source: { set: sources } }) },
      strangers: said.strangersFrom(from),
    }));

/** Questions of mDNS (RFC 6762 3). */
const multicastNames = (said: Said, view: View): PacketSet =>
  view.space.none.union(
    ...said.discovery().map((outInterface: InterfaceSet) =>
      view.single("out", {
        outInterface,
        destination: { set: constant("224.0.0.251", "ff02::fb") },
        transport: { kind: "udp", destinationPorts: ports(5353) },
      }),
    ),
  );

/** The resolvers that a captive network's DHCP names, whatever they are, but for what tunnels keep for themselves. */
function portalNames(said: Said, view: View): PacketSet {
  const { portal } = said.policy;
  if (!said.isPortal || !portal?.dns) return view.space.none;
  return view.space.none.union(
    ...(["tcp", "udp"] as const).map((kind) =>
      view.flow("out", {
        outInterface: said.places.outside(),
        destination: { set: [], within: families.map(everything) },
        transport: { kind, destinationPorts: ports(53) },
        ...said.owner(portal),
      }),
    ),
  );
}

/** DNS, NetBIOS names, DNS over TLS, mDNS, LLMNR: whatever tells a name to somebody. */
export const tellsNames = (view: View): PacketSet =>
  view.space.none.union(
    ...(["out", "forward"] as const).flatMap((direction) =>
      (["tcp", "udp"] as const).map((kind) =>
        view.closed(direction, {
          outInterface: everywhere,
          transport: { kind, destinationPorts: ports(53, 137, 853, 5353, 5355) },
        }),
      ),
    ),
  );
