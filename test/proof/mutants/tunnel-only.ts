import { constant } from "../../../src/net/parse-net.ts";
import { tunnelOnly } from "../../../src/proof/properties/tunnel-only.ts";
import { card, everywhere, type Mutant, opened } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "rules that are gone while a profile is replaced",
    property: tunnelOnly,
    policy: "home-wireguard",
    state: "down",
    change: opened("out", { outInterface: everywhere }),
    packet: "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  },
  {
    says: "an interface that is open because a route leads there",
    property: tunnelOnly,
    policy: "home-wireguard",
    state: "up",
    change: opened("out", { outInterface: card("eth0"), destination: { set: constant("203.0.113.0/24") } }),
    packet: "out on eth0 from 192.168.1.2 40000 to 203.0.113.0 tcp 443 user 1000 new",
  },
];
