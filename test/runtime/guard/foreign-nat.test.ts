import { describe, expect, test } from "vitest";
import { withLab } from "../../lab/lab.ts";
import { host, internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { compiled, startGuard } from "./guard.ts";
import { homeTunnel } from "./home-tunnel.ts";
import { backendOf } from "./rules.ts";

const policy = `ksp 1
policy guarded
link uplink {
  interface "eth0"
  role outside
}
link house {
  interface "br-lan"
  role inside
}
${homeTunnel}allow in from 192.168.1.0/24 tcp 8080 on uplink
forward from link uplink 192.168.1.0/24 to link house 192.168.50.10 tcp 51413
forward from link house 192.168.50.0/24 to link uplink 192.0.2.0/24 icmp echo-request
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}
`;
const answering = (port: number) =>
  `require("node:net").createServer((s) => s.on("error", () => {}).end("hi")).listen(${port}, "0.0.0.0", () => console.log("listening"))`;
const asking = (port: number) =>
  `require("node:net").connect(${port}, "${host.ipv4}").on("error", () => process.exit(1)).on("data", () => process.exit(0)); setTimeout(() => process.exit(1), 1200)`;

describe.skipIf(mayBeSkipped())("rules of others that translate addresses, as Docker's", { timeout: 60_000 }, () => {
  test.each(["iptables-nft", "iptables-legacy"])("still do, beside the second look: %s", async (name) => {
    const backend = backendOf(name);
    const folder = await compiled(policy, { backend });
    await withLab(async (lab) => {
      await lab.forwarding();
      await (await lab.client.spawn([process.execPath, "-e", answering(8080)])).until("listening");
      await (await lab.home.spawn([process.execPath, "-e", answering(51_413)])).until("listening");
      const nat = (...rule: readonly string[]) => lab.client.run([name, "-t", "nat", "-A", ...rule]);
      await nat("PREROUTING", "-i", "eth0", "-p", "tcp", "--dport", "80", "-j", "REDIRECT", "--to-ports", "8080");
      await nat("PREROUTING", "-i", "eth0", "-p", "tcp", "--dport", "81", "-j", "DNAT", "--to", "192.168.50.10:51413");
      await nat("POSTROUTING", "-s", "192.168.50.0/24", "-o", "eth0", "-j", "MASQUERADE");
      await startGuard(lab, folder, { backend });
      await eventually("the table", async () =>
        (await lab.client.run(["nft", "list", "tables"])).includes("ksp-owned"),
      );
      const reaches = async (port: number) =>
        (await lab.router.exec([process.execPath, "-e", asking(port)])).status === 0;
      expect({
        plainly: await reaches(8080),
        redirected: await reaches(80),
        forwarded: await reaches(81),
        masqueraded: await lab.ping(internet.ipv4, "home"),
      }).toEqual({ plainly: true, redirected: true, forwarded: true, masqueraded: true });
    });
  });
});
