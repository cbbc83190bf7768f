import type { Lab } from "../../lab/lab.ts";
import { gateway, host, internet, type Place } from "../../lab/line.ts";

/** How often a case tries. */
export const times = 20;

/** An application's datagram that routes send into the tunnel. */
export const intoTunnel = { from: "10.64.0.2", to: internet.ipv4, times } as const;
/** By the card, with its address. */
export const byCard = { by: host.interface, from: host.ipv4, to: internet.ipv4, times } as const;
export const byCard6 = { by: host.interface, from: host.ipv6, to: internet.ipv6, times } as const;
export const toGateway = { ...byCard, to: gateway.ipv4 } as const;

export const isToInternet = `dst host ${internet.ipv4} or dst host ${internet.ipv6}`;

/** Real pings, whose source and way the kernel chooses. */
export const pings = (lab: Lab, address: string, from: Place = "client") =>
  lab[from].exec(["ping", "-n", "-q", "-c", `${times}`, "-i", "0.01", "-W", "0.1", address]);

/** Real connections, that nobody answers or somebody refuses. */
export const connections = (lab: Lab, from: Place, address: string, port: number): Promise<unknown> => {
  const once = ["timeout", "0.5", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`];
  return Promise.all(Array.from({ length: 3 }, () => lab[from].exec(once)));
};
