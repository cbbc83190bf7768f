import type { Rule } from "../../../src/ir/ruleset.ts";
import { ports } from "../../../src/net/port-set.ts";
import { inboundClosed } from "../../../src/proof/properties/inbound-closed.ts";
import { type Mutant, opened, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "a server that listens on every interface",
    property: inboundClosed,
    policy: "home-wireguard",
    state: "down",
    change: opened("in", { transport: { kind: "tcp", destinationPorts: ports(22) } }),
    packet: "in on eth0 from 192.0.2.1 40000 (elsewhere) to 192.168.1.2 (local) tcp 22 new",
  },
  {
    says: "a neighbour that probes for the address inside the tunnel (CVE-2019-14899)",
    property: inboundClosed,
    policy: "server-ssh",
    state: "up",
    change: without("anti-spoof", "in"),
    packet: "in on eth0 from 192.168.0.0 40000 (elsewhere) to 10.64.0.2 (local) tcp 22 new",
  },
  {
    says: "ARP answers for the tunnel (MLLVD-CR-24-03)",
    property: inboundClosed,
    policy: "home-wireguard",
    state: "down",
    change: (rules: readonly Rule[]) =>
      rules.map((r) =>
        r.match.family === "arp" && r.stage === "infrastructure" ? { ...r, match: { family: "arp" as const } } : r,
      ),
    packet: "out arp on eth0 from 10.64.0.2 to 0.0.0.0 user 1000 new",
  },
];
