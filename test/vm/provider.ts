import { writeFileSync } from "node:fs";
import type { Namespace } from "../lab/namespace.ts";
import { eventually } from "../lab/process.ts";
import { openSandbox, type Sandbox } from "../lab/sandbox.ts";

/** A VPN server, and the tunnel that the machine has to it. */
export interface Server {
  readonly interface: "wg0" | "wg1";
  readonly address: string;
  readonly port: number;
  readonly mark: string;
  /** The server's address in the tunnel. */
  readonly heartbeat: string;
  /** What the machine needs: `/etc/wireguard/<interface>.conf`. */
  readonly configuration: string;
}

/** Both ends of the machine's line: what is there when it is switched on. */
export interface Provider {
  readonly namespace: Namespace;
  readonly sandbox: Pick<Sandbox<never>, "run">;
  /** The end of the line that a machine is plugged into. */
  readonly tap: string;
  readonly servers: readonly [Server, Server];
  readonly close: () => Promise<void>;
}

/** A host of the internet that answers pings. */
const internet = "203.0.113.9";

const addresses = [
  ...["198.51.100.7/32", "198.51.100.8/32", `${internet}/32`, "203.0.113.53/32"],
  ...["2001:db8:9::9/128", "2001:db8:9::53/128"],
];
const plans = [
  { interface: "wg0", address: "198.51.100.7", port: 51820, mark: "0x6b73", net: 64, mtu: 1420 },
  { interface: "wg1", address: "198.51.100.8", port: 51821, mark: "0x6b74", net: 65, mtu: 1340 },
] as const;

/** An internet provider with DHCP and router advertisements, an internet and two WireGuard servers, in a namespace of its own. */
export async function openProvider(): Promise<Provider> {
  const sandbox = await openSandbox(["provider"]);
  const at = sandbox.namespaces.provider;
  try {
    const settings = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.default.accept_dad=0"];
    await at.run(["sysctl", "-qw", ...settings]);
    await at.ip(`tuntap add isp0 mode tap
address add 192.0.2.1/24 dev isp0
address add 2001:db8:1::1/64 dev isp0 nodad
link set isp0 up
link set lo up
${addresses.map((address) => `address add ${address} dev lo`).join("\n")}`);
    const machine = await newKey(at);
    const servers = [await serve(plans[0]), await serve(plans[1])] as const;
    await at.spawn([
      ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", "--pid-file="],
      ...["--interface=isp0", "--bind-interfaces", "--no-ping", "--dhcp-authoritative", "--dhcp-leasefile=/run/leases"],
      ...["--dhcp-range=192.0.2.50,192.0.2.90,1h", "--dhcp-option=3,192.0.2.1"],
      ...["--enable-ra", "--dhcp-range=2001:db8:1::,ra-only", "--ra-param=isp0,10"],
    ]);
    return { namespace: at, sandbox, tap: "isp0", servers, close: sandbox.close };

    async function serve(plan: (typeof plans)[number]): Promise<Server> {
      const device = `${plan.interface}s`;
      const key = await newKey(at);
      writeFileSync(sandbox.run(`${device}.key`), key.secret);
      await at.spawn(["wireguard-go", "-f", device], { env: { LOG_LEVEL: "error" } });
      const links = async (): Promise<string> => (await at.exec(["ip", "-o", "link", "show", device])).stdout;
      await eventually(`${device} to exist`, async () => (await links()) !== "");
      const mine = ["listen-port", `${plan.port}`, "private-key", `/run/${device}.key`];
      const [ipv4, ipv6] = [`10.${plan.net}.0`, `fd${plan.net}:`];
      const own = `${ipv4}.2/32,${ipv6}:2/128`;
      await at.run(["wg", "set", device, ...mine, "peer", machine.open, "allowed-ips", own]);
      await at.ip(`address add ${ipv4}.1/24 dev ${device}
address add ${ipv6}:1/64 dev ${device} nodad
link set ${device} up`);
      const configuration = `[Interface]
PrivateKey = ${machine.secret}
ListenPort = ${plan.port}
FwMark = ${plan.mark}
Address = ${own}
MTU = ${plan.mtu}

[Peer]
PublicKey = ${key.open}
Endpoint = ${plan.address}:${plan.port}
AllowedIPs = 0.0.0.0/0, ::/0
`;
      return { ...plan, heartbeat: `${ipv4}.1`, configuration };
    }
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

async function newKey(at: Namespace): Promise<{ readonly secret: string; readonly open: string }> {
  const secret = (await at.run(["wg", "genkey"])).trim();
  return { secret, open: (await at.run(["wg", "pubkey"], { input: secret })).trim() };
}
