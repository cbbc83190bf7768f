import { existsSync, rmSync } from "node:fs";
import { servers } from "./line.ts";
import type { Namespace } from "./namespace.ts";
import { eventually, type Process } from "./process.ts";
import type { Sandbox } from "./sandbox.ts";
import { running, type Vpn } from "./vpn.ts";

export type WireguardOptions = {
  readonly interface: string;
  readonly server: string;
  readonly port: number;
  readonly mark: number;
  /** The client's addresses in the tunnel, with their lengths. */
  readonly addresses: readonly string[];
  /** The server's addresses in the tunnel, with their lengths; the first is the heartbeat. */
  readonly gateway: readonly string[];
  /** The tunnel that carries this one. */
  readonly over?: WireguardOptions;
};

/** What examples/home-wireguard.ksp says. */
export const homeWireguard: WireguardOptions = {
  interface: "wg0",
  server: servers[6] ?? "",
  port: 51820,
  mark: 0x6b73,
  addresses: ["10.64.0.2/32", "fd64::2/128"],
  gateway: ["10.64.0.1/24", "fd64::1/64"],
};

const depth = ({ over }: WireguardOptions): number => (over === undefined ? 0 : 1 + depth(over));
const bare = (address: string): string => address.replace(/\/.*/, "");
const assign = (addresses: readonly string[], device: string): string =>
  addresses.map((address) => `address add ${address} dev ${device}${address.includes(":") ? " nodad" : ""}\n`).join("");

type Key = { readonly file: string; readonly open: string };

/** Userland WireGuard, so that no kernel module is needed. The routes are those of wg-quick. */
export const openWireguard = async (
  sandbox: Pick<Sandbox<never>, "run">,
  { client, server }: { readonly client: Namespace; readonly server: Namespace },
  options: WireguardOptions,
): Promise<Vpn> => {
  const device = async (at: Namespace, name: string): Promise<Process> => {
    const socket = sandbox.run(`wireguard/${name}.sock`);
    rmSync(socket, { force: true }); // one that was killed leaves it behind
    const process = await at.spawn(["wireguard-go", "-f", name], { env: { LOG_LEVEL: "error" } });
    await eventually(`${name} to exist; it said: ${process.said()}`, () => existsSync(socket));
    return process;
  };
  const newKey = async (at: Namespace, owner: string): Promise<Key> => {
    const file = `/run/${owner}.key`;
    const open = await at.run(["sh", "-c", `umask 077; wg genkey | tee ${file} | wg pubkey`]);
    return { file, open: open.trim() };
  };
  const name = options.interface;
  // The sockets of all namespaces share a folder: the server's device has the client's name and an `s`.
  const remote = `${name}s`;
  const [near, far] = await Promise.all([newKey(client, name), newKey(server, remote)]);
  const allowed = options.addresses.join(",");
  await device(server, remote);
  const listen = ["listen-port", `${options.port}`, "private-key", far.file];
  await server.run(["wg", "set", remote, ...listen, "peer", near.open, "allowed-ips", allowed]);
  await server.ip(`${assign(options.gateway, remote)}link set ${remote} up`);

  // A tunnel's own packets go by the hop below, and in clear where that is gone. Applications go by the last hop that is
  // there, as wg-quick has it: by its table, behind all routes of the main table but the default.
  const table = options.mark;
  const hop = depth(options);
  const first = options.over
    ? `pref 100 fwmark ${options.mark} table ${options.over.mark}`
    : "pref 200 table main suppress_prefixlength 0";
  const rules = `rule add ${first}
rule add pref 101 fwmark ${options.mark} table main
rule add pref ${300 - hop} table ${table}
`;
  for (const family of ["-4", "-6"]) await client.run(["ip", family, "-batch", "-"], { input: rules });
  let process: Process | undefined;
  return {
    interface: name,
    endpoint: { protocol: "udp", addresses: [options.server], port: options.port },
    heartbeat: bare(options.gateway[0] ?? ""),
    inside: options.gateway.map(bare),
    process: () => running(name, process),
    start: async () => {
      process = await device(client, name);
      const mine = ["private-key", near.file, "fwmark", `${options.mark}`];
      const peer = ["peer", far.open, "endpoint", `${options.server}:${options.port}`, "allowed-ips", "0.0.0.0/0,::/0"];
      await client.run(["wg", "set", name, ...mine, ...peer]);
      await client.ip(`${assign(options.addresses, name)}link set ${name} mtu 1420 up
route add default dev ${name} table ${table}
route add ::/0 dev ${name} table ${table}`);
    },
  };
};
