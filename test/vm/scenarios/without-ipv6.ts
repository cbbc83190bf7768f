import { withPackage } from "../package.ts";
import type { Scenario } from "../scenario.ts";
import { connect, expectRefusals, flush, install, opened, seconds } from "../steps.ts";

/** A kernel without IPv6 takes no rules of ip6tables-legacy, and the tunnel has no address of it. */
export const withoutIpv6: Scenario = {
  name: "without IPv6, with iptables-legacy",
  kernel: "vmlinux",
  parameters: "ipv6.disable=1",
  furnish: withPackage,
  live: async (machine, tell) => {
    await machine.run(
      "[ ! -e /proc/sys/net/ipv6 ] && sed -i -E 's/,(fd[0-9a-f:]+.128| ::.0)$//' /etc/wireguard/wg0.conf",
    );
    await connect(machine, "wg0");
    await tell("power-on to the tunnel, before the install", false, 0);
    await install(machine, "one-hop", "--backend iptables-legacy");
    const installed = await machine.now();
    await opened(machine);
    await seconds(2);
    await expectRefusals(machine);
    const up = await tell("the tunnel is up", true, installed);
    await flush(machine, "iptables-legacy -F && iptables-legacy -t mangle -F");
    await tell("another tool flushes all rules", true, up);
  },
};
