import { sourceInside } from "../../../src/proof/properties/source-inside.ts";
import { type Mutant, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "a socket that is bound to the tunnel's address, and leaves by the card",
    property: sourceInside,
    policy: "home-wireguard",
    state: "up",
    change: without("anti-spoof", "out"),
    packet: "out on eth0 from 10.64.0.2 40000 to 192.168.1.2 tcp 443 user 1000 new",
  },
  {
    says: "a socket that is bound to the address of another card",
    property: sourceInside,
    policy: "home-wireguard",
    state: "down",
    change: (rules) => rules.filter(({ from, direction }) => from !== "built-in-source" || direction !== "out"),
    packet: "out on eth0 from 192.168.1.2 40000 (elsewhere) to 192.168.1.2 tcp 443 user 1000 new",
  },
];
