import { withPackage } from "../package.ts";
import type { Scenario } from "../scenario.ts";
import { connect, expectRefusals, install, opened } from "../steps.ts";

/** Suspended to memory and woken, without ksp and with it. */
export const sleep: Scenario = {
  name: "asleep and awake",
  kernel: "vmlinuz",
  furnish: withPackage,
  live: async (machine, tell) => {
    await connect(machine, "wg0");
    const before = await machine.now();
    await machine.suspend(3_000);
    await machine.until("ping -c 1 -W 1 -I wg0 203.0.113.9");
    await tell("to sleep and awake again, before the install", false, before);
    // qemu 7.2 sleeps once a power-on: the second time it wakes the machine at once.
    await machine.reboot();
    await install(machine, "one-hop");
    await opened(machine);
    const down = await machine.now();
    await machine.suspend(3_000);
    const woken = await tell("falling asleep and waking", true, down);
    await machine.until("ping -c 1 -W 1 -I wg0 203.0.113.9");
    await opened(machine);
    await expectRefusals(machine);
    await tell("the tunnel is up again", true, woken);
  },
};
