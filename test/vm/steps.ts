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

/** Whoever leaks nothing must have tried: the rules have refused what the flood sends. */
export async function expectRefusals(machine: Machine): Promise<void> {
  const hits = await machine.run("ksp hits", long);
  const counts = [...hits.matchAll(/ refused +(\d+) /g)].map(([, packets]) => Number(packets));
  const refused = counts.reduce((sum, packets) => sum + packets, 0);
  if (refused < 100) throw new Error(`only ${refused} packets were refused: ${hits}`);
}

export const seconds = (count: number): Promise<void> => new Promise((settle) => setTimeout(settle, count * 1_000));
