import type { Forward, Path } from "../../ir/policy.ts";
import type { Direction, Match } from "../../ir/ruleset.ts";
import { type AddressSet, intersect } from "../../net/address-set.ts";
import type { Transport } from "../../net/protocol.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Said } from "./said.ts";
import type { View } from "./view.ts";

/** What applications send into tunnels that are open: what each carries, in the families that it has an address of. */
export function tunnelled(said: Said, view: View): PacketSet {
  const { policy, hops, places } = said;
  return view.space.none.union(
    ...policy.tunnels
      .filter(({ name }) => hops.isOpen(name))
      .map((tunnel) => {
        const carried = said.carried(tunnel);
        const sent = view.flow("out", {
          outInterface: places.tunnel(tunnel.name),
          ...(carried && { destination: { set: carried } }),
        });
        return sent.intersect(view.space.family(...said.familiesOf(tunnel)));
      }),
  );
}

/** What is forwarded, with the destination that it really goes to. */
export const forwarded = (said: Said, view: View): PacketSet =>
  view.space.none.union(
    ...said.forwards.map((forward) => {
      const { from, to, sources } = forward;
      const flow = view.flow("forward", {
        inInterface: said.places.on(from),
        outInterface: said.places.on(to),
        ...(sources && { source: { set: sources } }),
        ...goal(said, forward),
      });
      return flow.minus(view.closed("forward", { source: { set: said.strangersFrom(from) } }));
    }),
  );

function goal(said: Said, { to, destinations, transport, change }: Forward): Match {
  const reached = change?.kind === "rewrite" ? change.to : destinations;
  const carried = carriedInto(said, to);
  const set = reached && carried ? intersect(reached, carried) : (reached ?? carried);
  return {
    ...(set && { destination: { set } }),
    ...(transport && { transport: change?.kind === "rewrite" ? atPort(transport, change.port) : transport }),
    ...(change?.kind === "rewrite" && { rewritten: true }),
  };
}

function carriedInto({ policy, carried }: Said, to: Path): AddressSet | undefined {
  const tunnel = to.kind === "tunnel" ? policy.tunnels.find(({ name }) => name === to.tunnel) : undefined;
  return tunnel && carried(tunnel);
}

const atPort = (transport: Transport, port: number | undefined): Transport =>
  port !== undefined && (transport.kind === "tcp" || transport.kind === "udp")
    ? { ...transport, destinationPorts: [{ first: port, last: port }] }
    : transport;

/** ICMP errors about flows that are open: without them the size of packets on a path is never learnt (RFC 1191, RFC 8201). */
export function errors(said: Said, view: View): PacketSet {
  const { policy, hops, places, isBoot } = said;
  const kinds: readonly Transport[] = [
    { kind: "icmp", types: [3, 11, 12] },
    ...(said.usesIpv6() ? [{ kind: "icmpv6", types: [1, 2, 3, 4] } as const] : []),
  ];
  const about = (direction: Direction, where: Match): readonly PacketSet[] =>
    kinds.map((transport) => view.single(direction, { ...where, transport, related: "icmp-error" }));
  const inside = policy.tunnels.filter(({ name }) => hops.isProved(name));
  const between = (from: Path, to: Path) => {
    const carried = carriedInto(said, to);
    const where = { inInterface: places.on(from), outInterface: places.on(to) };
    return about("forward", { ...where, ...(carried && { destination: { set: carried } }) });
  };
  const isTold = !isBoot && (policy.blocked.forward === "reject" || policy.forwards.length > 0);
  return view.space.none.union(
    ...inside.flatMap(({ name }) => about("in", { inInterface: places.tunnel(name) })),
    ...(isBoot ? [] : about("in", { inInterface: places.links() })),
    ...(isTold ? about("out", { outInterface: places.inside() }) : []),
    ...said.forwards.flatMap(({ from, to }) => [...between(from, to), ...between(to, from)]),
  );
}
