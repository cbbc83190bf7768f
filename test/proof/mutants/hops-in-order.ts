import { constant } from "../../../src/net/parse-net.ts";
import { ports } from "../../../src/net/port-set.ts";
import { hopsInOrder } from "../../../src/proof/properties/hops-in-order.ts";
import { card, everywhere, type Mutant, opened } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "the server of the second hop, past the first",
    property: hopsInOrder,
    policy: "two-hops",
    state: "down",
    change: opened("out", { outInterface: everywhere, transport: { kind: "udp", destinationPorts: ports(51820) } }),
    packet: "out on eth0 from 192.168.1.2 40000 to 203.0.113.9 udp 51820 user 1000 mark 0x2 new",
  },
  {
    says: "an application uses the first hop",
    property: hopsInOrder,
    policy: "two-hops",
    state: "hop1",
    change: opened("out", { outInterface: card("wg0"), destination: { set: constant("192.0.2.0/24") } }),
    packet: "out on wg0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  },
  {
    says: "a hop is used while the one before it is not proved",
    property: hopsInOrder,
    policy: "two-hops",
    state: "down",
    change: opened("out", { outInterface: card("wg1"), transport: { kind: "tcp" } }),
    packet: "out on wg1 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  },
  {
    says: "an application uses the only hop before it is proved",
    property: hopsInOrder,
    policy: "home-wireguard",
    state: "down",
    change: opened("out", { outInterface: card("wg0"), transport: { kind: "tcp" } }),
    packet: "out on wg0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  },
  {
    says: "clients are led into a tunnel that is not proved",
    property: hopsInOrder,
    policy: "gateway",
    state: "down",
    change: opened("forward", { outInterface: card("wg0"), transport: { kind: "tcp" } }),
    packet: "forward from eth0 to wg0 from 192.168.1.2 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
  },
];
