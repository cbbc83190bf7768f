import { exitServer, internet, servers } from "../../lab/line.ts";
import type { Breaker } from "./breaker.ts";
import { oursOf, usualBut } from "./rules.ts";
import { byCard, pings } from "./tries.ts";

const [entry, exit] = [servers[6], exitServer].map((server) => `ip daddr ${server} udp dport 51820 accept`) as [
  string,
  string,
];
const chain = {
  without: usualBut("both servers open", entry, `${entry}\n\t\t${exit}`),
  ksp: oursOf("two-hops"),
  tunnel: { mark: 0x1, addresses: ["10.64.0.2/32"], gateway: ["10.64.0.1/24"] },
} as const;

/** Two tunnels, the second through the first. */
export const hops: readonly Breaker[] = [
  {
    ...chain,
    name: "the first hop is lost, and the second goes on by the card",
    source: "measured: both servers allowed everywhere",
    frames: `dst host ${exitServer} and udp port 51820`,
    attack: async ({ lab, loseTunnel }) => {
      await loseTunnel();
      await lab.send("client", { ...byCard, to: exitServer, udp: [40_000, 51_820], mark: 0x2 });
    },
  },
  {
    ...chain,
    name: "the second hop is lost, and applications leave at the first one's exit",
    source: "measured: both tunnels allowed",
    frames: `icmp and dst host ${internet.ipv4}`,
    seenBy: ["router", "server0"],
    attack: ({ lab }) => pings(lab, internet.ipv4),
  },
];
