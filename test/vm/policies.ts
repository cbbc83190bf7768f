import { join } from "node:path";
import { compile } from "../../src/index.ts";
import { write } from "./disk.ts";
import type { Server } from "./provider.ts";

const tunnel = ({ interface: name, address, port, mark, heartbeat }: Server): string => `tunnel ${name} {
  protocol wireguard
  interface "${name}"
  server ${address} udp ${port}
  carrier mark ${mark}/0xffff
  address ${heartbeat.replace(/1$/, "2")}/32, ${heartbeat.replace(/^10\.(\d+).*/, "fd$1::2/128")}
  carries everything
}
watch ${name} {
  interface
  heartbeat ${heartbeat} every 5s lost after 3
}
reconnect ${name} {
  linux run "systemctl" "restart" "wg-quick@${name}"
  backoff 30s to 60s
}
`;

/** One tunnel, and the way to it. Emulated processors are slow: no heartbeat of a quarter of a second. */
export const oneHop = (servers: readonly [Server, Server]): string => `ksp 1
policy one-hop
${tunnel(servers[0])}dns ${servers[0].heartbeat} through wg0
ipv6 tunnel
allow dhcp
`;

export const twoHops = (servers: readonly [Server, Server]): string => `ksp 1
policy two-hops
${servers.map(tunnel).join("")}chain private = wg0 -> wg1
dns ${servers[1].heartbeat} through wg1
ipv6 tunnel
allow dhcp
`;

/** Compiles a policy into a folder of its name in `top`; gives that folder. */
export async function writeRules(top: string, text: string): Promise<string> {
  const { name, files, diagnostics } = compile({ file: "machine.ksp", text }, { targets: ["nft", "iptables"] });
  if (name === undefined || !files) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const folder = join(top, name);
  for (const [path, content] of files) await write(folder, path, content);
  return folder;
}
