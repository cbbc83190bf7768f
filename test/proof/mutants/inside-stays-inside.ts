import { insideStaysInside } from "../../../src/proof/properties/inside-stays-inside.ts";
import { all, type Mutant, matching, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "the LAN's ranges hold an address inside the tunnel",
    property: insideStaysInside,
    policy: "home-wireguard",
    state: "down",
    change: without("tunnel-only", "out"),
    packet: "out on eth0 from 192.168.1.2 40000 to 10.64.0.0 tcp 443 user 1000 new",
  },
  {
    says: "what one tunnel names enters another",
    property: insideStaysInside,
    policy: "work-and-private",
    state: "private:up+work:down",
    change: all(
      without("tunnel-only", "out"),
      matching("tunnel", ({ destination: _, ...rest }) => rest),
    ),
    packet: "out on wg-private from 10.64.0.2 40000 to 10.20.0.0 tcp 443 user 1000 new",
  },
];
