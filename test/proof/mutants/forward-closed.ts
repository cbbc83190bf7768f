import { forwardClosed } from "../../../src/proof/properties/forward-closed.ts";
import { card, type Mutant, opened } from "../properties/broken.ts";

const bridge = card("docker0");

export const mutants: readonly Mutant[] = [
  {
    says: "a container engine accepts what it forwards",
    property: forwardClosed,
    policy: "docker-k8s",
    state: "up",
    change: opened("forward", { outInterface: card("eth0") }),
    packet: "forward from eth0 to eth0 from 192.168.1.2 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
  },
  {
    says: "containers talk to each other while the tunnel is down",
    property: forwardClosed,
    policy: "docker-k8s",
    state: "down",
    change: opened("forward", { inInterface: bridge, outInterface: bridge }),
    packet: "forward from cni0 to cni0 from 10.64.0.1 40000 (elsewhere) to 192.0.2.1 tcp 443 new",
  },
];
