import { fileURLToPath } from "node:url";
import type { FloodPlan, Offered } from "./flood-program.ts";
import { gateway, internet, resolver } from "./line.ts";
import type { Namespace } from "./namespace.ts";
import type { Vpn } from "./vpn.ts";

export type Flood = {
  /** Ends the flood; tells what it offered. */
  readonly stop: () => Promise<Offered>;
};

/** Where something listens for connections that stay. */
const sinkPort = 7777;
const program = fileURLToPath(new URL("flood-program.ts", import.meta.url));
const sink = `require("node:net").createServer((s) => s.on("error", () => {}).resume())
.listen(${sinkPort}, "::", () => console.log("listening"))`;

/** Starts the host that the flood's lasting connections go to. */
export const openSink = async (at: Namespace): Promise<void> => {
  await (await at.spawn([process.execPath, "-e", sink])).until("listening");
};

/**
 * Everything that an application may try: datagrams, pings, new and lasting connections, names asked of the LAN's gateway and
 * of the internet, in both families, to the tunnel's own addresses and to the VPN's server. About 3,000 packets a second.
 */
export const planFlood = (vpn: Vpn | undefined, seconds: number, uid: number): FloodPlan => {
  const inside = vpn?.inside ?? [];
  const server = vpn?.endpoint.addresses[0];
  const toServer = (protocol: "udp" | "tcp"): FloodPlan["udp"] =>
    vpn && server !== undefined && vpn.endpoint.protocol === protocol ? [[server, vpn.endpoint.port]] : [];
  const hosts = [internet.ipv4, internet.ipv6];
  const names = [gateway.ipv4, gateway.ipv6, resolver.ipv4, resolver.ipv6];
  return {
    uid,
    seconds,
    udp: [
      ...[...hosts, ...inside].map((host) => [host, 4242] as const),
      ...names.map((host) => [host, 53] as const),
      ...toServer("udp"),
    ],
    tcp: [
      ...[...hosts, ...inside].map((host) => [host, 443] as const),
      ...names.map((host) => [host, 53] as const),
      ...toServer("tcp"),
    ],
    live: hosts.map((host) => [host, sinkPort] as const),
    ping: [...hosts, ...inside],
  };
};

export const startFlood = async (client: Namespace, plan: FloodPlan): Promise<Flood> => {
  const flood = await client.spawn([process.execPath, program, JSON.stringify(plan)]);
  await flood.until("flooding");
  return {
    stop: async () => {
      const { stdout, stderr } = await flood.kill("SIGTERM");
      const last = stdout.trim().split("\n").at(-1) ?? "";
      if (!last.startsWith("{")) throw new Error(`the flood failed: ${stderr}${stdout}`);
      return JSON.parse(last);
    },
  };
};
