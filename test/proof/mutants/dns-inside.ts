import { ports } from "../../../src/net/port-set.ts";
import { dnsInside } from "../../../src/proof/properties/dns-inside.ts";
import { type Mutant, opened, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "the resolver of the LAN, because the LAN is allowed first",
    property: dnsInside,
    policy: "home-wireguard",
    state: "up",
    change: without("dns-deny", "out"),
    packet: "out on eth0 from 192.168.1.2 40000 to 192.168.1.2 udp 53 user 1000 new",
  },
  {
    says: "any resolver, through the tunnel",
    property: dnsInside,
    policy: "ipv6-only-nat64",
    state: "up",
    change: opened("out", { transport: { kind: "udp", destinationPorts: ports(53) } }),
    packet: "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 udp 53 user 1000 new",
  },
];
