import { ipv6Closed } from "../../../src/proof/properties/ipv6-closed.ts";
import { everywhere, type Mutant, opened } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "another tool accepts IPv6",
    property: ipv6Closed,
    policy: "kiosk",
    state: "up",
    change: opened("out", { family: "ipv6", outInterface: everywhere }),
    packet: "out on eth0 from fd00::2 40000 to 2001:db8::1 tcp 443 user 1000 new",
  },
];
