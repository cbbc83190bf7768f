import { infraClosed } from "../../../src/proof/properties/infra-closed.ts";
import { type Mutant, matching, opened } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "neighbour discovery from beyond the link",
    property: infraClosed,
    policy: "home-wireguard",
    state: "down",
    change: matching("infrastructure", ({ hopLimit: _, ...rest }) => rest),
    packet: "out on eth0 from 192.168.1.2 to 224.0.0.2 (multicast) protocol 2 user 1000 new",
  },
  {
    says: "DHCP to anybody",
    property: infraClosed,
    policy: "home-wireguard",
    state: "up",
    change: matching("infrastructure", ({ destination: _, ...rest }) => rest),
    packet: "out on eth0 from 192.168.1.2 68 to 192.0.2.1 udp 67 user 1000 new",
  },
  {
    says: "redirects",
    property: infraClosed,
    policy: "home-wireguard",
    state: "up",
    change: opened("in", { transport: { kind: "icmpv6", types: [137] } }),
    packet: "out on eth0 from fd00::2 to 2001:db8::1 icmpv6 nd-redirect user 1000 established-reply",
  },
  {
    says: "a router asked for beyond the link",
    property: infraClosed,
    policy: "mac-laptop",
    state: "down",
    change: matching("infrastructure", ({ destination, ...rest }) =>
      rest.transport?.kind === "icmpv6" && rest.hopLimit === 255
        ? rest
        : { ...rest, ...(destination && { destination }) },
    ),
    packet: "out on eth0 from fd00::2 to 2001:db8::1 icmpv6 nd-router-solicit hop limit 255 user 1000 new",
  },
];
