import type { Machine } from "../machine.ts";
import { withPackage } from "../package.ts";
import type { Scenario, Tell } from "../scenario.ts";
import { connect, expectRefusals, flush, install, opened, seconds } from "../steps.ts";

/** As a user would: ksp is put on a machine that has a VPN, and then the days go on. */
async function withKsp(machine: Machine, tell: Tell, ...options: readonly string[]): Promise<void> {
  await install(machine, "one-hop", ...options);
  const installed = await machine.now();
  await opened(machine);
  await seconds(2);
  await expectRefusals(machine);
  const up = await tell("the tunnel is up", true, installed);
  await flush(machine);
  const down = await tell("another tool flushes all rules", true, up);
  const reset = await machine.reboot();
  await tell("shutdown", true, down, reset);
  await opened(machine);
  const off = await tell("boot to the tunnel", true, reset);
  await machine.shutDown("poweroff");
  await tell("power-off", true, off);
}

/** The short one: of what happens without ksp it sees a boot. */
const short = (name: string, ...options: readonly string[]): Scenario => ({
  name,
  kernel: "vmlinux",
  furnish: withPackage,
  live: async (machine, tell) => {
    await connect(machine, "wg0");
    await tell("power-on to the tunnel, before the install", false, 0);
    await withKsp(machine, tell, ...options);
  },
});
export const installed = short("installed, rebooted, switched off");
export const installedWithIptables = short("installed with iptables, rebooted, switched off", "--backend iptables");

export const life: Scenario = {
  name: "booted and rebooted without ksp; then installed, rebooted, switched off",
  kernel: "vmlinux",
  furnish: withPackage,
  live: async (machine, tell) => {
    await connect(machine, "wg0");
    const on = await tell("power-on to the tunnel, before the install", false, 0);
    const reset = await machine.reboot();
    await tell("shutdown, before the install", false, on, reset);
    await machine.until("ping -c 1 -W 5 -I wg0 203.0.113.9");
    await tell("boot, before the install", false, reset);
    await withKsp(machine, tell);
  },
};
