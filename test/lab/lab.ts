import { type Capture, startCapture } from "./capture.ts";
import type { Endpoint } from "./classify.ts";
import { type Flood, openSink, planFlood, startFlood } from "./flood.ts";
import { connect, places } from "./line.ts";
import type { Namespace } from "./namespace.ts";
import { type OpenvpnOptions, openOpenvpn } from "./openvpn.ts";
import { missing } from "./requirements.ts";
import { openSandbox } from "./sandbox.ts";
import type { Vpn } from "./vpn.ts";
import { openWireguard, type WireguardOptions } from "./wireguard.ts";

/** The mark of the daemon's probes; ping refuses hexadecimal. */
const probeMark = `${0x6b70_0000}`;
const nobody = 65_534;

/** A client behind a router, VPN servers and an internet, in namespaces that are gone when this process is. */
export type Lab = {
  readonly client: Namespace;
  readonly router: Namespace;
  readonly server: Namespace;
  readonly exit: Namespace;
  /** The keeper of the namespaces, as a process of this machine. */
  readonly keeper: number;
  readonly wireguard: (options: WireguardOptions, at?: "server" | "exit") => Promise<Vpn>;
  readonly openvpn: (options: OpenvpnOptions) => Promise<Vpn>;
  /** One ping of an application; whether it was answered. */
  readonly ping: (address: string) => Promise<boolean>;
  /** Pings as the daemon does until an answer comes; gives the milliseconds it took, or nothing. */
  readonly probe: (vpn: Vpn, milliseconds?: number) => Promise<number | undefined>;
  readonly capture: (...vpns: readonly Vpn[]) => Promise<Capture>;
  readonly flood: (vpn?: Vpn, seconds?: number) => Promise<Flood>;
  readonly close: () => Promise<void>;
};

/** Opens a laboratory. Whoever opens one closes it; `withLab` does both. */
export const openLab = async (): Promise<Lab> => {
  const lacking = missing();
  if (lacking.length > 0)
    throw new Error(`the laboratory needs ${lacking.join(", ")}: run scripts/install-tools.sh as root`);
  const sandbox = await openSandbox(places);
  const { client, router, server, exit } = sandbox.namespaces;
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
    ping: (address) => answered(client.exec(["ping", "-n", "-c", "1", "-W", "1", address], { uid: nobody })),
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
    close: sandbox.close,
  };
  try {
    await connect(sandbox.namespaces);
    await openSink(router);
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
