import { eventually } from "../lab/process.ts";
import type { Machine } from "./machine.ts";

/** What people do with a machine. An emulated processor needs minutes for what takes others seconds. */
const long = 900_000;

export const connect = (machine: Machine, ...tunnels: readonly string[]): Promise<string> =>
  machine.run(tunnels.map((tunnel) => `systemctl enable --now wg-quick@${tunnel}`).join(" && "), long);

export const install = (machine: Machine, policy: string, ...options: readonly string[]): Promise<string> =>
  machine.run(["ksp install", ...options, `/opt/rules/${policy}`].join(" "), long);

/** Waits until every tunnel is in use. The ping is for the emulated processor's sake: it costs little while nothing is open. */
export const opened = (machine: Machine): Promise<string> =>
  machine.until("ping -c 1 -W 5 203.0.113.9 && ksp status", long);

/** Waits until it has booted and has an address of its provider: the way out is there. */
export const online = (machine: Machine): Promise<string> =>
  machine.until("systemctl is-active multi-user.target && ip -o address show eth0 | grep 'inet .* global'", long);

/** As another firewall does when it starts. Only what nobody can flush guards until the rules are there again. */
export async function flush(machine: Machine, command = "nft flush ruleset"): Promise<void> {
  await machine.run(`${command} && nft list table inet ksp-owned`);
  await machine.until("ksp status | grep 'changed by others' && ksp status", long);
  await opened(machine);
}

/** Whoever leaks nothing must have tried: waits until the kernel has refused 100 packets more. */
export async function refusals(machine: Machine): Promise<void> {
  const refused = async (): Promise<number> => {
    const rules = await machine.run("nft list ruleset");
    const counts = [...rules.matchAll(/counter packets (\d+) bytes \d+ (?:drop|reject)/g)];
    return counts.reduce((sum, [, packets]) => sum + Number(packets), 0);
  };
  const before = await refused();
  await eventually("the rules to refuse 100 packets", async () => (await refused()) >= before + 100, long);
}

/** The same, as ksp tells it. */
export async function expectRefusals(machine: Machine): Promise<void> {
  const hits = await machine.run("ksp hits", long);
  const counts = [...hits.matchAll(/ refused +(\d+) /g)].map(([, packets]) => Number(packets));
  const refused = counts.reduce((sum, packets) => sum + packets, 0);
  if (refused < 100) throw new Error(`only ${refused} packets were refused: ${hits}`);
}

export const seconds = (count: number): Promise<void> => new Promise((settle) => setTimeout(settle, count * 1_000));
