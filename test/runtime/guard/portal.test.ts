import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { leaked } from "../../lab/classify.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { gateway, internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, ksp, startGuard } from "./guard.ts";
import { rules } from "./rules.ts";

const browser = 1_001;
const policy = `ksp 1
policy travel

tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 tunnel
portal for 3s user ${browser} tcp 7777 and dns accept-risk KSP3001, KSP3002 reason "log-in pages"

watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}
`;

/** Whether a user's program reaches the page, which stands where the laboratory has its sink. */
const reaches = async ({ client }: Lab, uid: number): Promise<boolean> => {
  const script = `const s = require("node:net").connect(7777, "${internet.ipv4}", () => process.exit(0));
s.on("error", () => process.exit(1)); setTimeout(() => process.exit(1), 700)`;
  return (await client.exec([process.execPath, "-e", script], { uid })).status === 0;
};

describe.skipIf(mayBeSkipped())("a captive portal", { timeout: 60_000 }, () => {
  test("is open for its user and its time, ends when the tunnel is through, and closes without a daemon", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      // The lease that the network gave.
      await lab.client.run([
        "sh",
        "-c",
        `mkdir -p /run/systemd/netif/leases; echo DNS=${gateway.ipv4} >/run/systemd/netif/leases/2`,
      ]);
      const guard = await startGuard(lab, folder);
      expect(await reaches(lab, browser), "before").toBe(false);
      expect((await ksp(lab, "portal")).stdout).toContain("the portal is open");
      expect(await reaches(lab, browser)).toBe(true);
      expect(await reaches(lab, browser + 1), "another user").toBe(false);
      expect(await rules(lab)).toContain(gateway.ipv4);
      const capture = await lab.capture();
      const flood = await lab.flood();
      await pause(200);
      await flood.stop();
      expect(leaked(await capture.stop()), "a flood of another user").toBe(0);

      const start = Date.now();
      await vpn.start();
      await guard.inForce("up", start);
      expect(await reaches(lab, browser), "through the tunnel").toBe(true);
      const open = guard.log().length;
      expect(await ksp(lab, "portal")).toMatchObject({ status: 1, stderr: expect.stringContaining("`wg0` is good") });
      expect(
        guard
          .log()
          .slice(open)
          .some(({ event }) => event === "lost"),
        "for nothing",
      ).toBe(false);
      await vpn.process().kill("SIGKILL");
      await guard.inForce("down", start);
      expect(await reaches(lab, browser), "after the visit").toBe(false);

      expect((await ksp(lab, "portal")).status).toBe(0);
      await guard.process.kill("SIGKILL");
      expect(await reaches(lab, browser), "the daemon is dead").toBe(true);
      await eventually("the kernel to close", async () => !(await reaches(lab, browser)), 5_000);
    });
  });
});
