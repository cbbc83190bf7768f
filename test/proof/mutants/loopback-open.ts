import { constant } from "../../../src/net/parse-net.ts";
import { loopbackOpen } from "../../../src/proof/properties/loopback-open.ts";
import { card, type Mutant, opened, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "loopback is closed",
    property: loopbackOpen,
    policy: "home-wireguard",
    state: "down",
    change: without("loopback", "in"),
    packet: "in on lo from 192.0.2.1 40000 (elsewhere) to 192.168.1.2 (local) tcp 443 new",
  },
  {
    says: "loopback's addresses leave by a card",
    property: loopbackOpen,
    policy: "home-wireguard",
    state: "up",
    change: opened("out", { outInterface: card("eth0"), destination: { set: constant("127.0.0.0/8") } }),
    packet: "out on eth0 from 192.168.1.2 40000 to 127.0.0.0 tcp 443 user 1000 new",
  },
];
