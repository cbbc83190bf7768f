import { type Capture, startCapture } from "./capture.ts";
import type { Endpoint } from "./classify.ts";
import { type Datagram, shotsOf } from "./datagram.ts";
import { type Flood, openSink, planFlood, startFlood } from "./flood.ts";
import { gateway, home, host, inside, line, neighbour, type Place, places, resolver } from "./line.ts";
import { type Listening, listen } from "./listen.ts";
import type { Namespace } from "./namespace.ts";
import { type OpenvpnOptions, openOpenvpn } from "./openvpn.ts";
import { missing } from "./requirements.ts";
import { openSandbox } from "./sandbox.ts";
import { send } from "./send.ts";
import { announceRouter, askName, type Lease, serveDhcp, serveNames, takeLease } from "./services.ts";
import type { Vpn } from "./vpn.ts";
import { openWireguard, type WireguardOptions } from "./wireguard.ts";

/** The mark of the daemon's probes; ping refuses hexadecimal. */
const probeMark = `${0x6b70_0000}`;
const nobody = 65_534;

/** What the resolver of the internet and the gateway of the LAN answer to every name; the server of a VPN says something else. */
export const clearAnswer = "192.0.2.99";
export const tunnelAnswer = "192.0.2.77";

/** A client on a LAN and with a machine behind it, VPN servers and an internet, in namespaces that are gone when this process is. */
export type Lab = Readonly<Record<Place, Namespace>> & {
  /** The keeper of the namespaces, as a process of this machine. */
  readonly keeper: number;
  readonly wireguard: (options: WireguardOptions, at?: "server" | "exit") => Promise<Vpn>;
  readonly openvpn: (options: OpenvpnOptions) => Promise<Vpn>;
  /** One ping of an application, of the client where nothing is said; whether it was answered. */
  readonly ping: (address: string, from?: Place) => Promise<boolean>;
  /** Pings as the daemon does until an answer comes; gives the milliseconds it took, or nothing. */
  readonly probe: (vpn: Vpn, milliseconds?: number) => Promise<number | undefined>;
  readonly capture: (...vpns: readonly Vpn[]) => Promise<Capture>;
  readonly flood: (vpn?: Vpn, seconds?: number) => Promise<Flood>;
  /** Sends datagrams as any user, with any mark, from any control group. */
  readonly send: (from: Place, ...datagrams: readonly Datagram[]) => Promise<void>;
  /** Watches an interface; whoever stops it gets a line for each frame that fits the filter. */
  readonly listen: (at: Place, device: string, filter: string, way?: "in") => Promise<Listening>;
  /** Asks a resolver as an application; gives the answer, if any. */
  readonly ask: (from: Place, resolver: string) => Promise<string | undefined>;
  /** The server answers names inside a tunnel. */
  readonly answerInside: (...hosts: readonly string[]) => Promise<void>;
  /** The neighbour pretends to be the LAN's DHCP server and offers itself as the way to these networks. */
  readonly rogueDhcp: (...routes: readonly string[]) => Promise<void>;
  /** The neighbour pretends to be a router of IPv6, with addresses of this network to give. */
  readonly rogueRouter: (prefix: string) => Promise<void>;
  /** The client takes a lease, routes and all; nothing where nobody answers. */
  readonly takeLease: () => Promise<Lease | undefined>;
  /** The client serves DHCP to the machine behind it; whether that gets a lease. */
  readonly leaseAtHome: () => Promise<boolean>;
  /** The client forwards for the machine behind it. */
  readonly forwarding: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens a laboratory. Whoever opens one closes it; `withLab` does both. */
export const openLab = async (): Promise<Lab> => {
  const lacking = missing();
  if (lacking.length > 0)
    throw new Error(`the laboratory needs ${lacking.join(", ")}: run scripts/install-tools.sh as root`);
  const sandbox = await openSandbox(places, line);
  const { client, router, server, exit } = sandbox.namespaces;
  const at = sandbox.namespaces;
  let captures = 0;
  const endpointsOf = (vpns: readonly Vpn[]): readonly Endpoint[] => vpns.map(({ endpoint }) => endpoint);
  const answered = async (ping: Promise<{ readonly status: number | null }>): Promise<boolean> =>
    (await ping).status === 0;
  const lab: Lab = {
    ...sandbox.namespaces,
    keeper: sandbox.keeper,
    wireguard: (options, at = "server") =>
      openWireguard(sandbox, { client, server: at === "exit" ? exit : server }, options),
    openvpn: (options) => openOpenvpn({ client, server }, options),
    ping: (address, from = "client") =>
      answered(at[from].exec(["ping", "-n", "-c", "1", "-W", "1", address], { uid: nobody })),
    probe: async (vpn, milliseconds = 15_000) => {
      const start = performance.now();
      const ping = ["ping", "-n", "-c", "1", "-W", "0.25", "-m", probeMark, "-I", vpn.interface, vpn.heartbeat];
      while (performance.now() - start < milliseconds) {
        if (await answered(client.exec(ping))) return performance.now() - start;
        await new Promise((resume) => setTimeout(resume, 50));
      }
      return undefined;
    },
    capture: (...vpns) => {
      captures += 1;
      const name = `capture-${captures}.pcap`;
      return startCapture(router, { inside: `/run/${name}`, outside: sandbox.run(name) }, endpointsOf(vpns));
    },
    flood: (vpn, seconds = 30) => startFlood(client, planFlood(vpn, seconds, nobody)),
    send: async (from, ...datagrams) => {
      await send(at[from], [{ packets: shotsOf(datagrams) }]);
    },
    listen: (where, device, filter, way) => listen(at[where], device, filter, way),
    ask: (from, host) => askName(at[from], host, nobody),
    answerInside: (...hosts) => serveNames(server, tunnelAnswer, ...hosts),
    rogueDhcp: async (...routes) => {
      // It passes on what it draws, and says nothing of the shorter way.
      const quiet = ["all", "eth0"].map((device) => `net.ipv4.conf.${device}.send_redirects=0`);
      await at.neighbour.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", ...quiet]);
      await serveDhcp(at.neighbour, neighbour.interface, { address: host.ipv4, router: neighbour.ipv4, routes });
    },
    rogueRouter: async (prefix) => {
      await at.neighbour.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=1"]);
      await announceRouter(at.neighbour, neighbour.interface, prefix);
    },
    takeLease: () => takeLease(client, host.interface),
    leaseAtHome: async () => {
      await serveDhcp(client, inside.interface, { address: home.ipv4, router: inside.ipv4 });
      return (await takeLease(at.home, home.interface)) !== undefined;
    },
    forwarding: async () => {
      await client.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
    },
    close: sandbox.close,
  };
  try {
    await Promise.all([
      openSink(router),
      serveNames(router, clearAnswer, resolver.ipv4, resolver.ipv6, gateway.ipv4, gateway.ipv6),
    ]);
    return lab;
  } catch (error) {
    await sandbox.close();
    throw error;
  }
};

/** Runs a case in a laboratory of its own and closes it, however the case ends. */
export const withLab = async <Value>(body: (lab: Lab) => Promise<Value>): Promise<Value> => {
  const lab = await openLab();
  try {
    return await body(lab);
  } finally {
    await lab.close();
  }
};
