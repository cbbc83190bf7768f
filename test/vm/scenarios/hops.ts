import { withPackage } from "../package.ts";
import type { Scenario } from "../scenario.ts";
import { connect, expectRefusals, install, opened, seconds } from "../steps.ts";

/**
 * Of two that carry everything `wg-quick` would lead the packets of each into the other. Here the first one's own go in clear, the
 * second's go through the first while it is there, and all others through the second.
 */
const table = { wg0: 27507, wg1: 27508 } as const;
const rules = [
  "pref 100 lookup main suppress_prefixlength 0",
  "pref 101 fwmark 0x6b73 lookup main",
  `pref 102 fwmark 0x6b74 lookup ${table.wg0}`,
  `pref 103 not fwmark 0x6b74 lookup ${table.wg1}`,
];
const routed = [
  ...Object.entries(table).map(([name, number]) => `sed -i '/^MTU/a Table = ${number}' /etc/wireguard/${name}.conf`),
  ...["-4", "-6"].flatMap((family) => rules.map((rule) => `ip ${family} rule add ${rule}`)),
];

/** Kernel WireGuard goes straight to the second server when the first hop is gone. */
export const hops: Scenario = {
  name: "two hops, the first deleted",
  kernel: "vmlinux",
  furnish: withPackage,
  live: async (machine, tell) => {
    const loseFirst = "ip link del wg0";
    const restore = "systemctl restart wg-quick@wg0 && systemctl restart wg-quick@wg1";
    await machine.run(routed.join(" && "));
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
