import { constant } from "../../../src/net/parse-net.ts";
import { lanNarrow } from "../../../src/proof/properties/lan-narrow.ts";
import { type Mutant, matching } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "what a DHCP server calls local (TunnelCrack LocalNet)",
    property: lanNarrow,
    policy: "home-wireguard",
    state: "up",
    change: matching("lan", (match) => ({ ...match, destination: { set: constant("216.165.47.0/24") } })),
    packet: "out on eth0 from 192.168.1.2 40000 to 216.165.47.0 tcp 443 user 1000 new",
  },
];
