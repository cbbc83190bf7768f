import { endpointNarrow } from "../../../src/proof/properties/endpoint-narrow.ts";
import { type Mutant, matching, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "any program reaches the server (MUL-02-002)",
    property: endpointNarrow,
    policy: "home-wireguard",
    state: "down",
    change: matching("endpoint", ({ owner: _, ...rest }) => rest),
    packet: "out on eth0 from 192.168.1.2 40000 to 198.51.100.7 udp 51820 user 1000 new",
  },
  {
    says: "any port of the server (TunnelCrack ServerIP)",
    property: endpointNarrow,
    policy: "openvpn-eight-servers",
    state: "down",
    change: matching("endpoint", ({ transport: _, ...rest }) => rest),
    packet: "out on eth0 from 192.168.1.2 40000 to 198.51.100.1 udp 53 user 994 new",
  },
  {
    says: "any program talks to the helper",
    property: endpointNarrow,
    policy: "obfs-helper",
    state: "up",
    change: without("loopback-deny", "out"),
    packet: "out on lo from 192.168.1.2 40000 to 127.0.0.1 udp 51821 user 1000 new",
  },
];
