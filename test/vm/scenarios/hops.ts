import type { Scenario } from "../scenario.ts";
import { connect, expectRefusals, install, opened, seconds } from "../steps.ts";

/**
 * Of two that carry everything `wg-quick` would lead the packets of each into the other. The first gets a table of its own, which
 * the second's packets ask alone.
 */
const first = [
  "Table = 27507",
  "PostUp = ip rule del pref 100 || true; ip rule add pref 100 fwmark 0x6b73 lookup main",
  "PostUp = ip rule del pref 101 || true; ip rule add pref 101 fwmark 0x6b74 lookup 27507",
];

/** Kernel WireGuard goes straight to the second server when the first hop is gone. */
export const hops: Scenario = {
  name: "two hops, the first deleted",
  kernel: "vmlinux",
  live: async (machine, tell) => {
    const loseFirst = "ip link del wg0";
    const restore = "systemctl restart wg-quick@wg0 && systemctl restart wg-quick@wg1";
    await machine.run(first.map((line) => `sed -i '/^MTU/a ${line}' /etc/wireguard/wg0.conf`).join(" && "));
    await connect(machine, "wg0", "wg1");
    await machine.until("ping -c 1 -W 5 -I wg1 203.0.113.9");
    const start = await machine.now();
    await machine.run(loseFirst);
    await seconds(3);
    await tell("first hop deleted, before the install", false, start);
    await machine.run(restore);
    await install(machine, "two-hops");
    await opened(machine);
    const both = await machine.now();
    await machine.run(loseFirst);
    await seconds(3);
    const lost = await tell("first hop deleted", true, both);
    await machine.run(restore);
    await opened(machine);
    await expectRefusals(machine);
    await tell("until both are back", true, lost);
  },
};
