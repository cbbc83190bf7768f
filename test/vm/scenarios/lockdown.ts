import type { Scenario } from "../scenario.ts";
import { connect, install, opened } from "../steps.ts";

const lockdown = "/etc/ksp/active/nft/lockdown.nft";
const unit = "/etc/systemd/system/ksp-lockdown.service";

/** A lockdown that does not load, with the table below it and without. The daemon, which would mend it, is not started. */
export const brokenLockdown: Scenario = {
  name: "a lockdown of one misspelt word",
  kernel: "vmlinux",
  live: async (machine, tell) => {
    await connect(machine, "wg0");
    await install(machine, "one-hop");
    await opened(machine);
    await machine.run(`systemctl disable ksp.service && sed -i 's/policy drop/policy dorp/' ${lockdown}`);
    const down = await machine.now();
    const reset = await machine.reboot();
    await machine.until("systemctl is-failed ksp-lockdown.service && networkctl status eth0 | grep routable");
    await tell("shutdown", true, down, reset);
    const off = await tell("boot: the table below the lockdown", true, reset);
    await machine.run(`sed -i '/etc\\/ksp\\/closed/d' ${unit}`);
    const again = await machine.reboot();
    await machine.until("systemctl is-failed ksp-lockdown.service && networkctl status eth0 | grep routable");
    await tell("shutdown", true, off, again);
    await tell("boot without that table", false, again);
  },
};
