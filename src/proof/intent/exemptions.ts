import type { Opening } from "../../ir/policy.ts";
import type { Direction, InterfaceSet, Match } from "../../ir/ruleset.ts";
import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Said } from "./said.ts";
import type { View } from "./view.ts";

/** What `allow`, `portal` and a narrowed scope let pass beside the tunnels. */
export function exemptions(said: Said, view: View): PacketSet {
  const { policy, hops } = said;
  const allowed = policy.allows
    .filter((allow) => hops.holds(allow.while))
    .map(({ opening }) => allow(opening, said, view));
  return view.space.none.union(...allowed, portal(said, view), unprotected(said, view));
}

function allow(opening: Opening, said: Said, view: View): PacketSet {
  switch (opening.kind) {
    case "packets": {
      const { pattern } = opening;
      const { path, direction } = pattern;
      if (path.kind === "tunnel" && !said.hops.isOpen(path.tunnel)) return view.space.none;
      const flow = view.flow(direction, { ...said.pattern(pattern), ...leaving(direction, said.places.on(path)) });
      return flow.minus(view.closed("forward", { source: { set: said.strangersFrom({ kind: "any" }) } }));
    }
    case "host":
      return view.flow("out", {
        outInterface: said.places.on(opening.path),
        destination: { set: opening.pinned, ...(!said.isBoot && { within: opening.within }) },
        transport: opening.transport,
      });
    case "lan":
      return view.flow("out", { outInterface: said.places.on(opening.path), destination: { set: privateRanges } });
    case "discovery":
      return neighbours(said.places.on(opening.path), view);
    default:
      return view.space.none;
  }
}

const leaving = (direction: Direction, where: InterfaceSet): Match =>
  direction === "in" ? { inInterface: where } : { outInterface: where };

/** RFC 1918, RFC 3927, RFC 4193, RFC 4291: what is private by its number, whoever calls something else local. */
export const privateRanges = constant(
  ..."10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10".split(" "),
);

/** SSDP asks a group (UPnP Device Architecture 1.3.2); it and mDNS are answered by single neighbours. */
const neighbours = (where: InterfaceSet, view: View): PacketSet =>
  view
    .single("out", {
      outInterface: where,
      destination: { set: constant("239.255.255.250", "ff02::c") },
      transport: { kind: "udp", destinationPorts: ports(1900) },
    })
    .union(
      view.single("in", {
        inInterface: where,
        source: { set: privateRanges },
        transport: { kind: "udp", sourcePorts: ports(1900, 5353), destinationPorts: [{ first: 1024, last: 65535 }] },
      }),
    );

function portal(said: Said, view: View): PacketSet {
  const { portal: opened } = said.policy;
  if (!said.isPortal || !opened) return view.space.none;
  return view.flow("out", {
    outInterface: said.places.outside(),
    ...(opened.destinations && { destination: { set: opened.destinations } }),
    transport: opened.transport,
    ...said.owner(opened),
  });
}

/** Where only apps are confined, everything else goes where it likes. */
const unprotected = ({ policy, places }: Said, view: View): PacketSet =>
  policy.scope === "apps" ? view.flow("out", { outInterface: places.noTunnel() }) : view.space.none;
